package dev.yumen.dataplane.overload;

/**
 * What was measured since the last time.
 *
 * @param cpu share of the processors, 0 to 1
 * @param delay mean lateness of the ticks of the latest loop, in nanoseconds
 * @param longest the latest of all ticks, in nanoseconds
 */
record Load(double cpu, double delay, long longest) {}
