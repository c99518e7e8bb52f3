/** The filters of docs/extending.md, which shows these files as they are. */
@NullMarked
package dev.yumen.filters.example;

import org.jspecify.annotations.NullMarked;
