import http from 'node:http';

interface Received {
  id: string;
  event: string;
  data: Record<string, string>;
}

/** Follows server-sent events, as a browser does but with everything to be looked at. */
export function openEventStream(url: string, lastEventId?: string) {
  const events: Received[] = [];
  let open = true;
  let status: number | undefined;
  let rest = '';
  const request = http.get(
    url,
    { headers: { ...(lastEventId && { 'last-event-id': lastEventId }) }, agent: false },
    (response) => {
      status = response.statusCode;
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop() as string;
        for (const block of blocks) {
          const fields = Object.fromEntries(
            block
              .split('\n')
              .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
          );
          if (fields['id'])
            events.push({
              id: fields['id'],
              event: fields['event'] as string,
              data: JSON.parse(fields['data'] as string),
            });
        }
      });
      response.on('close', () => {
        open = false;
      });
      response.on('error', () => {});
    },
  );
  request.on('error', () => {
    open = false;
  });
  return { events, status: () => status, isOpen: () => open, leave: () => request.destroy() };
}
