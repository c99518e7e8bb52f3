package dev.yumen.dataplane.http1;

import org.jspecify.annotations.Nullable;

/**
 * What the fields that frame a message or manage its connection say, read as each line ends and
 * judged together when the head ends. Every method returns why the head is refused, or null.
 */
final class FieldMeaning {
  /** More options than any client sends; each one costs a pass over the fields. */
  private static final int MOST_CONNECTION_OPTIONS = 32;

  private FieldMeaning() {}

  /** Reads one field whose id is at most {@link FieldName#LAST_MEANINGFUL}. */
  static @Nullable WireError read(HeadTable table, int id, int start, int end) {
    return switch (id) {
      case FieldName.HOST -> readHost(table, start, end);
      case FieldName.CONTENT_LENGTH -> readContentLength(table, start, end);
      case FieldName.TRANSFER_ENCODING -> readTransferEncoding(table, start, end);
      case FieldName.CONNECTION -> readConnection(table, start, end);
      case FieldName.EXPECT -> readExpect(table, start, end);
      case FieldName.UPGRADE -> flag(table, HeadTable.HAS_UPGRADE);
      case FieldName.TE -> readTe(table, start, end);
      default -> null;
    };
  }

  /** Judges a whole request head. */
  static @Nullable WireError judgeRequest(HeadTable table) {
    WireError error = judgeFraming(table);
    if (error != null) {
      return error;
    }
    if (table.hostStart < 0) {
      return table.minorVersion == 0 ? null : WireError.MISSING_HOST;
    }
    byte[] bytes = table.bytes();
    if (!Authority.isValid(bytes, table.hostStart, table.hostEnd)) {
      return WireError.BAD_HOST;
    }
    int length = table.hostEnd - table.hostStart;
    boolean differs =
        table.authorityStart >= 0
            && (table.authorityEnd - table.authorityStart != length
                || !Octets.equalIgnoringCase(bytes, table.hostStart, table.authorityStart, length));
    return differs ? WireError.HOST_MISMATCH : null;
  }

  /** Judges a whole response head. */
  static @Nullable WireError judgeResponse(HeadTable table) {
    boolean bodiless = table.status < 200 || table.status == 204;
    if (bodiless && (table.flags & HeadTable.HAS_TRANSFER_ENCODING) != 0) {
      return WireError.TRANSFER_ENCODING_WITHOUT_BODY;
    }
    WireError error = judgeFraming(table);
    if (bodiless) {
      table.contentLength = -1;
    }
    return error;
  }

  private static @Nullable WireError judgeFraming(HeadTable table) {
    if ((table.flags & HeadTable.HAS_TRANSFER_ENCODING) != 0) {
      if (table.contentLength >= 0) {
        return WireError.CONTENT_LENGTH_WITH_TRANSFER_ENCODING;
      }
      if (table.minorVersion == 0) {
        return WireError.TRANSFER_ENCODING_IN_HTTP_1_0;
      }
    }
    if ((table.flags & HeadTable.NOMINATES) != 0) {
      table.wire.strikeNominated();
    }
    return null;
  }

  private static @Nullable WireError readHost(HeadTable table, int start, int end) {
    if (!table.isRequest()) {
      return null;
    }
    if (table.hostStart >= 0) {
      return WireError.REPEATED_HOST;
    }
    table.hostStart = start;
    table.hostEnd = end;
    return null;
  }

  private static @Nullable WireError readContentLength(HeadTable table, int start, int end) {
    if (table.contentLength >= 0) {
      return WireError.REPEATED_CONTENT_LENGTH;
    }
    byte[] bytes = table.bytes();
    long value = 0;
    for (int i = start; i < end; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9 || value > (Long.MAX_VALUE - digit) / 10) {
        return WireError.BAD_CONTENT_LENGTH;
      }
      value = value * 10 + digit;
    }
    if (start == end) {
      return WireError.BAD_CONTENT_LENGTH;
    }
    table.contentLength = value;
    return null;
  }

  /**
   * Only {@code chunked} alone is taken. A list of tokens which ends in it but names more is a body
   * that could be framed and not decoded: 501 (RFC 9112 §6.1). All else is 400 (§6.3).
   */
  private static @Nullable WireError readTransferEncoding(HeadTable table, int start, int end) {
    byte[] bytes = table.bytes();
    if ((table.flags & HeadTable.HAS_TRANSFER_ENCODING) != 0) {
      return WireError.BAD_TRANSFER_ENCODING;
    }
    table.flags |= HeadTable.HAS_TRANSFER_ENCODING;
    if (Octets.holds(bytes, start, end, "chunked")) {
      table.flags |= HeadTable.CHUNKED;
      return null;
    }
    int i = start;
    boolean chunked = false;
    while (i < end) {
      int codingEnd = Octets.skip(bytes, i, end, Octets.TOKEN);
      if (codingEnd == i || chunked) {
        return WireError.BAD_TRANSFER_ENCODING;
      }
      chunked = Octets.holds(bytes, i, codingEnd, "chunked");
      i = skipSpace(bytes, codingEnd, end);
      if (i < end && bytes[i++] != ',') {
        return WireError.BAD_TRANSFER_ENCODING;
      }
      i = skipSpace(bytes, i, end);
    }
    return chunked && bytes[end - 1] != ','
        ? WireError.UNKNOWN_TRANSFER_CODING
        : WireError.BAD_TRANSFER_ENCODING;
  }

  private static @Nullable WireError readConnection(HeadTable table, int start, int end) {
    byte[] bytes = table.bytes();
    int i = start;
    while (i < end) {
      // Empty list members are legal (RFC 9110 §5.6.1.2), but cost time like the others.
      if (++table.connectionOptions > MOST_CONNECTION_OPTIONS) {
        return WireError.BAD_CONNECTION;
      }
      int optionEnd = Octets.skip(bytes, i, end, Octets.TOKEN);
      if (optionEnd > i) {
        table.flags |= connectionOption(bytes, i, optionEnd);
      }
      i = skipSpace(bytes, optionEnd, end);
      if (i < end && bytes[i++] != ',') {
        return WireError.BAD_CONNECTION;
      }
      i = skipSpace(bytes, i, end);
    }
    return null;
  }

  private static int connectionOption(byte[] bytes, int start, int end) {
    String candidate;
    int flag;
    switch (end - start) {
      case 2 -> {
        candidate = "te";
        flag = HeadTable.CONNECTION_TE;
      }
      case 5 -> {
        candidate = "close";
        flag = HeadTable.CLOSE;
      }
      case 7 -> {
        candidate = "upgrade";
        flag = HeadTable.CONNECTION_UPGRADE;
      }
      default -> {
        candidate = "keep-alive";
        flag = HeadTable.KEEP_ALIVE;
      }
    }
    return Octets.holds(bytes, start, end, candidate) ? flag : HeadTable.NOMINATES;
  }

  private static @Nullable WireError readExpect(HeadTable table, int start, int end) {
    return flag(
        table,
        Octets.holds(table.bytes(), start, end, "100-continue")
            ? HeadTable.EXPECT_CONTINUE
            : HeadTable.EXPECT_UNKNOWN);
  }

  /** Looks for the member {@code trailers}; others only concern codings that are never sent. */
  private static @Nullable WireError readTe(HeadTable table, int start, int end) {
    byte[] bytes = table.bytes();
    int i = start;
    while (i < end) {
      int memberEnd = i;
      while (memberEnd < end && bytes[memberEnd] != ',') {
        memberEnd++;
      }
      int first = skipSpace(bytes, i, memberEnd);
      int last = memberEnd;
      while (last > first && Octets.isSpace(bytes[last - 1])) {
        last--;
      }
      if (Octets.holds(bytes, first, last, "trailers")) {
        table.flags |= HeadTable.TE_TRAILERS;
      }
      i = memberEnd + 1;
    }
    return null;
  }

  private static @Nullable WireError flag(HeadTable table, int flag) {
    table.flags |= flag;
    return null;
  }

  private static int skipSpace(byte[] bytes, int from, int end) {
    int i = from;
    while (i < end && Octets.isSpace(bytes[i])) {
      i++;
    }
    return i;
  }
}
