import express, { type Express } from 'express';
import helmet from 'helmet';
import { pinoHttp } from 'pino-http';
import type { Logger } from '../platform/logger.ts';
import { notFound, onlyMethods, problems } from './problem.ts';
import type { PipelineQueries } from './queries/pipeline.ts';
import { healthRoutes } from './routes/health.ts';
import { landingRoutes } from './routes/landing.ts';
import { type RatesV1Deps, ratesV1Routes } from './routes/rates-v1.ts';

export interface AppDeps extends RatesV1Deps {
  pipeline: PipelineQueries;
  log: Logger;
}

/** The whole of the HTTP interface. Builds and never listens. */
export function buildApp(deps: AppDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', false);
  app.use(
    pinoHttp({
      logger: deps.log,
      // What went wrong is logged where it is known why.
      customLogLevel: () => 'debug',
      serializers: { req: ({ id, method, url }) => ({ id, method, url }), res: ({ statusCode }) => ({ statusCode }) },
    }),
  );
  app.use(securityHeaders());
  app.use(healthRoutes(deps));
  app.use(landingRoutes(deps));
  app.use(ratesV1Routes(deps));
  app.all(['/', '/livez', '/readyz', '/landing.css'], onlyMethods('GET', 'HEAD'));
  app.use(notFound);
  app.use(problems);
  return app;
}

function securityHeaders() {
  const self = ["'self'"];
  const none = ["'none'"];
  return helmet({
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
        formAction: none,
      },
    },
  });
}
