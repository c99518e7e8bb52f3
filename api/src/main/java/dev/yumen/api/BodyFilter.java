package dev.yumen.api;

/**
 * A filter that looks into bodies. It chooses per exchange, after its head step has run, how each
 * body is treated; bodies that no filter asks for pass by untouched.
 */
public interface BodyFilter extends Filter {

  /** How the request body is treated. Asked once, after {@link #onRequest} proceeded. */
  default BodyTreatment requestBody(Exchange exchange) {
    return BodyTreatment.pass();
  }

  /** How the response body is treated. Asked once, after {@link #onResponse} proceeded. */
  default BodyTreatment responseBody(Exchange exchange, ResponseHead response) {
    return BodyTreatment.pass();
  }
}
