package dev.yumen.api;

/**
 * Rules for trying requests again, with the budget that is left of them; {@link
 * FilterContext#retries} makes it. Good as long as the filter is that it was made for.
 */
public interface RetryRef {

  RetryRules rules();
}
