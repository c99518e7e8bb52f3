package dev.yumen.control.plan;

/**
 * Two configurations of which a plan finds something, and two that are close.
 *
 * @param at where it is found
 */
record PlanCase(String before, String after, String at, String nearBefore, String nearAfter) {}
