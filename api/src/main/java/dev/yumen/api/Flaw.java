package dev.yumen.api;

/**
 * One thing that is wrong with a request, as its client is told: where it is and which rule it
 * breaks, never what stands there.
 *
 * @param in the part of the request: {@code body}, {@code path}, {@code query}, {@code header} or
 *     {@code cookie}
 * @param pointer where in that part, a JSON Pointer (RFC 6901); outside of the body its first token
 *     is the parameter's name
 * @param rule what it breaks, such as {@code required} or {@code maxLength}
 */
public record Flaw(String in, String pointer, String rule) {}
