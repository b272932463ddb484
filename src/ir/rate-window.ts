/** What a provider's reply tells of one of its rate limits: how much of it is left until it begins anew.
 *  @property counts     `tokens` of input and output together, unless the provider counts them apart.
 *  @property limit      of a whole window; absent where it is not told.
 *  @property resetAt    ms since the epoch; absent where it is not told. */
export type RateWindow = {
  readonly counts: 'requests' | 'tokens' | 'input-tokens' | 'output-tokens';
  readonly remaining: number;
  readonly limit?: number;
  readonly resetAt?: number;
};
