import { type IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

const self = ["'self'"];
const none = ["'none'"];

/** Sets them on an answer: nothing foreign may run in our pages, embed them, or guess at their types. */
const setOn = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: none,
      scriptSrc: self,
      styleSrc: self,
      imgSrc: ["'self'", 'data:'],
      connectSrc: self,
      frameAncestors: none,
      baseUri: none,
      formAction: self,
    },
  },
  xFrameOptions: { action: 'deny' },
});

/** The headers of every answer, worked out once: they are the same each time. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = workedOut();

function workedOut(): Record<string, string> {
  const request = { headers: {} } as IncomingMessage;
  const response = new ServerResponse(request);
  setOn(request, response, () => {});
  return Object.fromEntries(
    response.getHeaderNames().map((name) => [name, String(response.getHeader(name))]),
  );
}
