/** Attempts of this file's tests that have failed so far, also those that a second one made good. */
export const failedAttempts = { count: 0 };
