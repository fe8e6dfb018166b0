/** Where commit-probe.ts leaves its histogram, in the working directory. */
export const COMMITS_FILE = 'commits';
