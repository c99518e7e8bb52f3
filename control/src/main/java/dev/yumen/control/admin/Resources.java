package dev.yumen.control.admin;

import java.util.List;

/** Things that can be asked for at the admin API and belong together. */
public interface Resources {

  /** All of them; of those that fit a request the first one answers it. */
  List<Resource> all();
}
