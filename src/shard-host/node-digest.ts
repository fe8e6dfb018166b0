// Node's hash functions for the digest authentication of a shard.

import { createHash } from 'node:crypto';
import type { HashFunction } from '../core/base/digest-algorithms.ts';
import type { Digest } from '../core/sip/digest.ts';

const NAMES: Readonly<Record<HashFunction, string>> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };

/** Hashes latin1 text. */
export const nodeDigest: Digest = (hash, text) => createHash(NAMES[hash]).update(text, 'latin1').digest('hex');
