import type { Request, Response } from 'express';

const PREFIX = /^(\/[\w.~-]+)+$/;

/**
 * Serves the API under a path prefix such as /fx: addresses in responses carry it. The
 * prefix is BASE_PATH, or what a trusted proxy says in X-Forwarded-Prefix. A proxy may strip the
 * prefix from the request or leave it: both work.
 */
export function servePrefix(settings: { basePath: string; trustProxy: number }) {
  const { basePath, trustProxy } = settings;
  return (req: Request, res: Response): void => {
    const forwarded = trustProxy > 0 ? String(req.headers['x-forwarded-prefix'] ?? '') : '';
    const trimmed = forwarded.replace(/\/+$/, '');
    const prefix = basePath || (PREFIX.test(trimmed) ? trimmed : '');
    res.locals['prefix'] = prefix;
    if (prefix) req.url = withoutPrefix(req.url, prefix);
  };
}

/** The path prefix under which the client reaches the service, or ''. */
export function prefixOf(res: Response): string {
  return (res.locals['prefix'] as string | undefined) ?? '';
}

function withoutPrefix(url: string, prefix: string): string {
  const rest = url.startsWith(prefix) ? url.slice(prefix.length) : null;
  if (rest === '' || rest?.startsWith('?')) return `/${rest}`;
  return rest?.startsWith('/') ? rest : url;
}
