/** What the environment says of proxies, read by config: HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case. */
export type ProxySettings = { readonly http?: string; readonly https?: string; readonly none?: string };

/** The proxy for a URL: the provider's own wins; loopback is always called directly.
 *  NO_PROXY holds hosts, with or without port, separated by commas or spaces: `example.com` (and all below it),
 *  `.example.com`, `*.example.com`, `*`. */
export function proxyFor(url: URL, own: string | undefined, settings: ProxySettings): string | undefined {
  if (own !== undefined) return own;
  const proxy = url.protocol === 'https:' ? settings.https : settings.http;
  if (proxy === undefined || proxy === '' || isLoopback(url.hostname)) return undefined;
  return excluded(url, settings.none ?? '') ? undefined : proxy;
}

function excluded(url: URL, none: string): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return none
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, host = entry, wantedPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (wantedPort !== undefined && wantedPort !== port) return false;
      const suffix = host.replace(/^\*?\./, '');
      return url.hostname === suffix || url.hostname.endsWith(`.${suffix}`);
    });
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
