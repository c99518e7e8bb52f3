package dev.yumen.control.history;

import org.jspecify.annotations.Nullable;

/**
 * One setting that differs, or one item of a list.
 *
 * @param before what it was, nothing of secrets; the number in its list for what was moved; null
 *     for what was added
 * @param after what it is; null for what was removed
 */
public record SettingChange(
    ChangeKind kind, Where where, @Nullable String before, @Nullable String after) {}
