package dev.yumen.dataplane.snapshot;

import dev.yumen.api.InvalidValue;
import dev.yumen.api.Response;
import dev.yumen.api.Template;
import dev.yumen.config.RouteConfig;
import dev.yumen.dataplane.balance.WeightedDraw;
import dev.yumen.dataplane.http1.HeadTable;
import dev.yumen.dataplane.upstream.Upstream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes what stands at the end of a route, after its filters. */
final class RouteEnds {
  private final Path folder;
  private final Function<String, Upstream> upstreams;
  private final CompileProblems problems;

  /**
   * @param folder that paths of the configuration begin at
   * @param upstreams by name
   */
  RouteEnds(Path folder, Function<String, Upstream> upstreams, CompileProblems problems) {
    this.folder = folder;
    this.upstreams = upstreams;
    this.problems = problems;
  }

  /**
   * @param place of the route
   * @return null when something is wrong with it
   */
  @Nullable RouteEnd of(RouteConfig route, String place) {
    try {
      if (route.respond() != null) {
        return respond(route.respond(), place + ".respond.headers.");
      }
      if (route.redirect() != null) {
        return new RouteEnd.RedirectTo(
            Template.compile("redirect.to", route.redirect().to(), Template.Into.LOCATION),
            route.redirect().status());
      }
      if (route.statics() != null) {
        return files(route.statics());
      }
    } catch (InvalidValue e) {
      problems.error(e.component().isEmpty() ? place : place + "." + e.component(), e);
      return null;
    }
    List<Upstream> targets = new ArrayList<>();
    for (RouteConfig.Target target : route.to()) {
      targets.add(upstreams.apply(target.upstream()));
    }
    int[] weights = route.to().stream().mapToInt(RouteConfig.Target::weight).toArray();
    return new RouteEnd.Forward(
        targets, new WeightedDraw(weights), route.host() == RouteConfig.HostHeader.ENDPOINT);
  }

  private RouteEnd respond(RouteConfig.Respond settings, String place) {
    Response response = Response.of(settings.status());
    for (Map.Entry<String, String> field : settings.headers().entrySet()) {
      InvalidValue invalid = refused(field.getKey(), field.getValue());
      if (invalid != null) {
        problems.error(place + field.getKey(), invalid);
      }
      response = response.header(field.getKey(), field.getValue());
    }
    return new RouteEnd.Respond(response.body(settings.body().getBytes(StandardCharsets.UTF_8)));
  }

  /** Why a field can not be in an answer of the gateway's own, or null. */
  private static @Nullable InvalidValue refused(String name, String value) {
    HeadTable table = new HeadTable();
    try {
      table.add(name, value);
    } catch (IllegalArgumentException e) {
      return InvalidValue.found("", String.valueOf(e.getMessage()), "a header field");
    }
    // A table leaves out fields that the gateway writes, whoever adds them.
    return table.contains(name) && !name.equalsIgnoreCase("date")
        ? null
        : new InvalidValue("", name, "a header that the gateway does not write itself");
  }

  private RouteEnd files(RouteConfig.StaticFiles settings) {
    try {
      return new RouteEnd.Files(settings, new StaticFolder(folder.resolve(settings.folder())));
    } catch (IOException _) {
      throw new InvalidValue("static.folder", settings.folder().toString(), "a folder that exists");
    }
  }
}
