package dev.yumen.control.admin;

import dev.yumen.api.Response;
import dev.yumen.config.AdminConfig.Role;
import dev.yumen.config.LoadedConfig;
import dev.yumen.control.plan.Texts.Language;
import dev.yumen.control.replay.Replay;
import dev.yumen.control.replay.ReplayData;
import dev.yumen.dataplane.Gateway;
import dev.yumen.dataplane.StartFailure;
import dev.yumen.dataplane.recording.Recording;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** Tries a configuration that is sent on the requests that were recorded, once at a time. */
public final class ReplayResource implements Resources {
  private final Gateway gateway;
  private final SentConfig sent;
  private final Replay replay = Replay.beside();
  private final Semaphore place = new Semaphore(1);

  public ReplayResource(Gateway gateway, SentConfig sent) {
    this.gateway = gateway;
    this.sent = sent;
  }

  @Override
  public List<Resource> all() {
    return List.of(
        SentConfig.with(
                new Resource(
                        "POST",
                        "/replay",
                        Role.ADMIN,
                        Reach.NONE,
                        "What a configuration would do with the requests that are recorded.",
                        Map.of(),
                        this::replay)
                    .taking(VersionResources.WHOLE))
            .with("lang", "Language of the text, en or zh; en by default."));
  }

  private Response replay(Call call) throws Refused {
    Language language = call.language().equals("zh") ? Language.ZH : Language.EN;
    Recording recording = RequestResources.recording(gateway.recording());
    LoadedConfig candidate = sent.read(call);
    if (candidate.config() == null) {
      throw new Refused(
          AdminError.INVALID,
          "the configuration has errors",
          Answers.problems(candidate.problems()));
    }
    if (!place.tryAcquire()) {
      throw new Refused(AdminError.RATE_LIMITED, "another replay is under way");
    }
    try {
      return Answers.json(
          ReplayData.of(replay.of(gateway.live(), candidate, recording.read()), language));
    } catch (StartFailure e) {
      throw new Refused(
          AdminError.INVALID, "the configuration has errors", Answers.problems(e.problems()));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new Refused(AdminError.UNAVAILABLE, "the replay was given up");
    } finally {
      place.release();
    }
  }
}
