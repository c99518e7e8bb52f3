package dev.yumen.filters.auth;

import com.unboundid.ldap.sdk.ResultCode;

/**
 * Why a directory does not say whose a password is, in a closed set of words: what servers and the
 * library write can hold anything.
 */
final class LdapTrouble {
  private LdapTrouble() {}

  /** The results of RFC 4511, appendix A, and those that the library has for its own side. */
  static String why(ResultCode result) {
    return switch (result.intValue()) {
      case ResultCode.SERVER_DOWN_INT_VALUE, ResultCode.CONNECT_ERROR_INT_VALUE ->
          "the directory is not reached, or its certificate not trusted";
      case ResultCode.TIMEOUT_INT_VALUE, ResultCode.TIME_LIMIT_EXCEEDED_INT_VALUE ->
          "the directory does not answer in time";
      case ResultCode.INVALID_CREDENTIALS_INT_VALUE ->
          "the directory does not take the password of search.bind-dn";
      case ResultCode.REFERRAL_INT_VALUE -> "the directory refers to another one";
      case ResultCode.BUSY_INT_VALUE, ResultCode.UNAVAILABLE_INT_VALUE ->
          "the directory is busy, or not ready";
      case ResultCode.CONFIDENTIALITY_REQUIRED_INT_VALUE,
          ResultCode.STRONG_AUTH_REQUIRED_INT_VALUE ->
          "the directory wants TLS";
      case ResultCode.INSUFFICIENT_ACCESS_RIGHTS_INT_VALUE, ResultCode.NO_SUCH_OBJECT_INT_VALUE ->
          "the directory does not show what is searched";
      case ResultCode.NO_SUCH_ATTRIBUTE_INT_VALUE -> "the person's entry has no name-attribute";
      default -> "the directory answers with result " + result.intValue();
    };
  }
}
