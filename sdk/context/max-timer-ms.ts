/** The longest time a host's timer keeps: 2³¹ − 1 ms. What is longer would go off at once. */
export const MAX_TIMER_MS = 0x7fffffff
