package dev.yumen.filters;

import dev.yumen.api.FilterType;
import dev.yumen.filters.auth.AclFilter;
import dev.yumen.filters.auth.ApiKeyFilter;
import dev.yumen.filters.auth.AuthorizeFilter;
import dev.yumen.filters.auth.BasicAuthFilter;
import dev.yumen.filters.auth.ForwardAuthFilter;
import dev.yumen.filters.auth.HmacAuthFilter;
import dev.yumen.filters.auth.LdapAuthFilter;
import dev.yumen.filters.auth.MtlsAuthFilter;
import dev.yumen.filters.auth.MultiAuthFilter;
import dev.yumen.filters.extauthz.ExtAuthzFilter;
import dev.yumen.filters.geo.GeoFilter;
import dev.yumen.filters.grpc.GrpcWebFilter;
import dev.yumen.filters.headers.RequestHeadersFilter;
import dev.yumen.filters.headers.ResponseHeadersFilter;
import dev.yumen.filters.jwt.JwtFilter;
import dev.yumen.filters.jwt.Oauth2IntrospectionFilter;
import dev.yumen.filters.mask.DataMaskFilter;
import dev.yumen.filters.observe.AccessLogFilter;
import dev.yumen.filters.observe.RequestIdFilter;
import dev.yumen.filters.observe.TraceIdFilter;
import dev.yumen.filters.oidc.OidcLoginFilter;
import dev.yumen.filters.path.AddPrefixFilter;
import dev.yumen.filters.path.HostFilter;
import dev.yumen.filters.path.QueryFilter;
import dev.yumen.filters.path.RedirectFilter;
import dev.yumen.filters.path.RewritePathFilter;
import dev.yumen.filters.path.SetPathFilter;
import dev.yumen.filters.path.StripPrefixFilter;
import dev.yumen.filters.security.AntiReplayFilter;
import dev.yumen.filters.security.BodyLimitsFilter;
import dev.yumen.filters.security.BotDetectionFilter;
import dev.yumen.filters.security.CorsFilter;
import dev.yumen.filters.security.CsrfFilter;
import dev.yumen.filters.security.IpRestrictionFilter;
import dev.yumen.filters.security.RefererRestrictionFilter;
import dev.yumen.filters.security.SecureHeadersFilter;
import dev.yumen.filters.token.ClientCredentialsFilter;
import dev.yumen.filters.token.TokenRelayFilter;
import dev.yumen.filters.traffic.CanaryFilter;
import dev.yumen.filters.traffic.CircuitBreakerFilter;
import dev.yumen.filters.traffic.ConcurrencyLimitFilter;
import dev.yumen.filters.traffic.FaultFilter;
import dev.yumen.filters.traffic.MirrorFilter;
import dev.yumen.filters.traffic.MockFilter;
import dev.yumen.filters.traffic.PriorityFilter;
import dev.yumen.filters.traffic.QuotaFilter;
import dev.yumen.filters.traffic.RateLimitFilter;
import dev.yumen.filters.traffic.RequestSizeFilter;
import dev.yumen.filters.traffic.RetryFilter;
import dev.yumen.filters.traffic.TimeoutFilter;
import dev.yumen.filters.traffic.TrafficSplitFilter;
import dev.yumen.filters.validate.ValidateFilter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every filter that comes with the gateway, one line each, in alphabetical order. */
public final class BuiltInFilters {
  private static final List<FilterType<?>> ALL =
      List.of(
          AccessLogFilter.TYPE,
          AclFilter.TYPE,
          AddPrefixFilter.TYPE,
          AntiReplayFilter.TYPE,
          ApiKeyFilter.TYPE,
          AuthorizeFilter.TYPE,
          BasicAuthFilter.TYPE,
          BodyLimitsFilter.TYPE,
          BotDetectionFilter.TYPE,
          CanaryFilter.TYPE,
          CircuitBreakerFilter.TYPE,
          ClientCredentialsFilter.TYPE,
          ConcurrencyLimitFilter.TYPE,
          CorsFilter.TYPE,
          CsrfFilter.TYPE,
          DataMaskFilter.TYPE,
          ExtAuthzFilter.TYPE,
          FaultFilter.TYPE,
          ForwardAuthFilter.TYPE,
          GeoFilter.TYPE,
          GrpcWebFilter.TYPE,
          HmacAuthFilter.TYPE,
          HostFilter.TYPE,
          IpRestrictionFilter.TYPE,
          JwtFilter.TYPE,
          LdapAuthFilter.TYPE,
          MirrorFilter.TYPE,
          MockFilter.TYPE,
          MtlsAuthFilter.TYPE,
          MultiAuthFilter.TYPE,
          Oauth2IntrospectionFilter.TYPE,
          OidcLoginFilter.TYPE,
          PriorityFilter.TYPE,
          QueryFilter.TYPE,
          QuotaFilter.TYPE,
          RateLimitFilter.TYPE,
          RedirectFilter.TYPE,
          RefererRestrictionFilter.TYPE,
          RequestHeadersFilter.TYPE,
          RequestIdFilter.TYPE,
          RequestSizeFilter.TYPE,
          ResponseHeadersFilter.TYPE,
          RetryFilter.TYPE,
          RewritePathFilter.TYPE,
          SecureHeadersFilter.TYPE,
          SetPathFilter.TYPE,
          StripPrefixFilter.TYPE,
          TimeoutFilter.TYPE,
          TokenRelayFilter.TYPE,
          TraceIdFilter.TYPE,
          TrafficSplitFilter.TYPE,
          ValidateFilter.TYPE);

  private BuiltInFilters() {}

  public static List<FilterType<?>> all() {
    return ALL;
  }

  /** The same by their configuration names, in the same order. */
  public static Map<String, FilterType<?>> byName() {
    Map<String, FilterType<?>> types = new LinkedHashMap<>();
    ALL.forEach(type -> types.put(type.name(), type));
    return types;
  }
}
