/**
 * The admin API: what is live, what was, and who may ask. {@link dev.yumen.control.admin.AdminApi}
 * takes a request, {@link dev.yumen.control.admin.Guard} finds out whose it is, and one {@link
 * dev.yumen.control.admin.Resource} answers it. Plain blocking code on virtual threads.
 */
@NullMarked
package dev.yumen.control.admin;

import org.jspecify.annotations.NullMarked;
