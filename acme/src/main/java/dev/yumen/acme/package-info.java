/**
 * Orders the certificates of listeners by ACME (RFC 8555), keeps them and renews them.
 *
 * <p>Start at {@link dev.yumen.acme.Acme}, which has a {@code Keeper} for every domain of the live
 * configuration. A keeper looks at what lies in the {@code CertificateStore}, asks a {@code Plan}
 * when the next order is due, and places it with an {@code Authority}. What it gets, it stores, and
 * that is all: the file is part of the configuration, so the certificate goes live by a reload.
 * Plain blocking code on virtual threads. See {@code docs/acme.md} and ADR 18.
 */
@NullMarked
package dev.yumen.acme;

import org.jspecify.annotations.NullMarked;
