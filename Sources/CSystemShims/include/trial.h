#pragma once

// Runs `attempt` in a forked child with a time limit and says how that ended: 1 when it returned
// 1, 0 when it returned anything else, crashed or ran too long, -1 when no child could be started.
// For libraries that crash on damaged input: what kills the child spares the process.
int hfm_trial(int (*attempt)(void *), void *context, unsigned seconds);
