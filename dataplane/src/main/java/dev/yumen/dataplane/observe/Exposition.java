package dev.yumen.dataplane.observe;

import io.netty.buffer.ByteBufAllocator;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Adds the loops up and writes the sum in the format that the scraper asked for. */
final class Exposition {
  private final Metrics metrics;
  private final GatewayFamilies gateway;
  private final ProcessFamilies process;
  private final ExpositionFormats formats = ExpositionFormats.init(PrometheusProperties.get());

  Exposition(Metrics metrics, ByteBufAllocator buffers) {
    this.metrics = metrics;
    process = new ProcessFamilies(buffers);
    gateway = new GatewayFamilies(metrics);
  }

  Scrape scrape(@Nullable String accept, @Nullable String acceptEncoding) {
    ExpositionFormatWriter writer =
        accept != null && accept.contains("application/openmetrics-text")
            ? formats.getOpenMetricsTextFormatWriter()
            : formats.getPrometheusTextFormatWriter();
    boolean gzip = allowsGzip(acceptEncoding);
    ByteArrayOutputStream body = new ByteArrayOutputStream(16 * 1024);
    try (OutputStream out = gzip ? new GZIPOutputStream(body) : body) {
      writer.write(out, collect(), EscapingScheme.ALLOW_UTF8);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing but memory is written to
    }
    return new Scrape(body.toByteArray(), writer.getContentType(), gzip ? "gzip" : null);
  }

  private MetricSnapshots collect() {
    Collected collected = new Collected();
    gateway.collect(collected);
    process.collect(collected);
    collected.filterCounters(metrics.filterCounters.all());
    if (metrics.longNames()) {
      collected.longNames();
    }
    return collected.snapshots();
  }

  /** RFC 9110 §12.5.3, as far as gzip goes. */
  private static boolean allowsGzip(@Nullable String acceptEncoding) {
    if (acceptEncoding == null) {
      return false;
    }
    for (String part : acceptEncoding.toLowerCase(Locale.ROOT).split(",")) {
      String coding = part.replace(" ", "").replace("\t", "");
      if (coding.equals("gzip") || coding.startsWith("gzip;")) {
        return !coding.matches("gzip;q=0(\\.0{0,3})?");
      }
    }
    return false;
  }
}
