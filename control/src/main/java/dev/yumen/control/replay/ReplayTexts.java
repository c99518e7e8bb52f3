package dev.yumen.control.replay;

import dev.yumen.control.plan.Texts.Language;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What a replay has shown, in a sentence. */
final class ReplayTexts {
  private enum Text {
    NOTHING_RECORDED("No requests are recorded yet.", "还没有记录任何请求。"),
    SAME("None of %s requests changes", "%s 个请求均无变化"),
    ROUTES("%2$s of %1$s change route", "%1$s 个请求中有 %2$s 个改变路由"),
    BECOME("%s become %s", "%s 个变为 %s"),
    FORWARDED("%s are forwarded", "%s 个被转发"),
    UNHEARD("%s have no listener any more", "%s 个不再有监听器"),
    SENT("%s are sent elsewhere or as something else", "%s 个被转发到别处或内容不同"),
    UNDECIDED(
        "%s can not be decided, as what is asked for is not recorded", "%s 个无法判定，因为所需的内容未被记录"),
    CUT("%s are not recorded whole and were not judged", "%s 个记录不完整，未作判断");

    private final String english;
    private final String chinese;

    Text(String english, String chinese) {
      this.english = english;
      this.chinese = chinese;
    }
  }

  private final boolean chinese;

  ReplayTexts(Language language) {
    chinese = language == Language.ZH;
  }

  String of(ReplayResult result) {
    if (result.total() == 0) {
      return say(Text.NOTHING_RECORDED);
    }
    List<String> parts = new ArrayList<>();
    boolean same = result.routes().isEmpty() && result.answers().isEmpty() && result.sent() == 0;
    parts.add(
        same
            ? say(Text.SAME, number(result.total()))
            : say(Text.ROUTES, number(result.total()), number(result.routeChanged())));
    byStatus(result).forEach((to, count) -> parts.add(status(to, count)));
    more(parts, Text.SENT, result.sent());
    more(parts, Text.UNDECIDED, result.undecided());
    more(parts, Text.CUT, result.cut());
    return String.join(chinese ? "，" : ", ", parts) + (chinese ? "。" : ".");
  }

  private static Map<String, Long> byStatus(ReplayResult result) {
    Map<String, Long> counts = new TreeMap<>();
    for (ReplayResult.Changed change : result.answers()) {
      counts.merge(Objects.requireNonNull(change.to()), change.count(), Long::sum);
    }
    return counts;
  }

  private String status(String to, long count) {
    return switch (to) {
      case Judged.UPSTREAM -> say(Text.FORWARDED, number(count));
      case Judged.NO_LISTENER -> say(Text.UNHEARD, number(count));
      default -> say(Text.BECOME, number(count), to);
    };
  }

  private void more(List<String> parts, Text text, long count) {
    if (count > 0) {
      parts.add(say(text, number(count)));
    }
  }

  private String say(Text text, Object... details) {
    return String.format(Locale.ROOT, chinese ? text.chinese : text.english, details);
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
