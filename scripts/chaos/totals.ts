/** What happened in all runs so far: a soak in which nothing went wrong proves nothing. */
export const totals = { runs: 0, kills: 0, retries: 0, cuts: 0 }
