#!/usr/bin/env bash
# Generates clients from /openapi.json with the usual generators, compiles each and uses it on a running
# pipeline. Needs Java, Maven, Go and Python; skips what a missing one is for, loudly.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
contract=$work/openapi.json
chmod 755 "$work" # the embedded Postgres runs as another user
url=http://127.0.0.1:${PORT:-5981} token=0123456789abcdef0123456789abcdef
cd "$project"
PORT=${url##*:} DATA_DIR=$work/data API_TOKEN=$token UPDATE_COOLDOWN_SECONDS=0 \
  node --import ./bin/typescript.mjs bin/start.ts >"$work/start.log" 2>&1 &
pipeline=$!
trap 'kill $pipeline && wait $pipeline || true; rm -rf "$work"' EXIT
for _ in $(seq 360); do
  [ "$(curl -s "$url/v2/rates/latest" | grep -o '"quote"' | wc -l)" = 7 ] && break
  kill -0 $pipeline || { cat "$work/start.log"; exit 1; }
  sleep 0.5
done
cd "$work"
curl -s "$url/openapi.json" >"$contract"

needs() {
  for tool in "${@:2}"; do
    command -v "$tool" >/dev/null || { echo "!!! SKIPPED: $1 (no $tool) !!!" >&2; return 1; }
  done
}
generate() {
  java -jar openapi-generator-cli-7.17.0.jar generate -g "$1" -i "$contract" -o "$1" "${@:2}" >"$1.log" 2>&1 ||
    { tail -20 "$1.log"; return 1; }
}

# --- openapi-typescript with openapi-fetch
mkdir fetch
cp "$project/api/openapi-types.ts" fetch/schema.ts
echo '{ "type": "module", "private": true }' >fetch/package.json
cat >fetch/use.ts <<'PROGRAM'
import assert from 'node:assert';
import createClient from 'openapi-fetch';
import type { paths } from './schema.ts';

/** Uses openapi-fetch with the types of openapi-typescript: node FILE URL TOKEN. */
const [baseUrl = '', token = ''] = process.argv.slice(2);
const anyone = createClient<paths, 'application/json'>({ baseUrl });
const holder = createClient<paths, 'application/json'>({ baseUrl, headers: { authorization: `Bearer ${token}` } });

const latest = await anyone.GET('/v2/rates/latest');
assert.equal(latest.data?.data.length, 7);
const path = { base: 'USD', currency: 'KES' };
const pair = await anyone.GET('/v2/rates/{base}/{currency}', { params: { path } });
assert.equal(pair.data?.data.quote, 'KES');
const query = { from: 'USD', to: 'KES', amount: '10' };
assert.equal((await anyone.GET('/v2/convert', { params: { query } })).data?.data.to, 'KES');
const started = await holder.POST('/v2/runs');
const run_id = started.data?.data.run_id ?? assert.fail('no run');
const run = await anyone.GET('/v2/runs/{run_id}', { params: { path: { run_id } } });
assert.equal(run.data?.data.run_id, run_id);
assert.ok((await holder.GET('/v2/loans')).data?.data.length);
assert.ok((await holder.GET('/v2/reports/loans')).data?.data.length);
assert.equal((await anyone.GET('/v2/loan-book')).response.status, 401);
assert.ok((await anyone.GET('/v1/rates')).data?.length);
PROGRAM
(cd fetch
  npm install --silent --no-audit --no-fund openapi-fetch@0.17.0 typescript@5.9.3 @types/node@20.19.43
  npx tsc --noEmit --strict --module nodenext --allowImportingTsExtensions --types node use.ts)
"$project/node_modules/.bin/tsx" fetch/use.ts "$url" "$token"
echo 'ok  openapi-typescript with openapi-fetch'

# --- openapi-python-client
if needs openapi-python-client python3; then
  python3 -m venv venv
  venv/bin/pip install -q openapi-python-client==0.29.1
  venv/bin/openapi-python-client generate --path "$contract" --meta none --output-path client >client.log
  PYTHONPATH=. venv/bin/python "$here/openapi-python-client.py" "$url" "$token"
  echo 'ok  openapi-python-client'
fi

if ! needs openapi-generator java mvn; then exit; fi
mvn -q -B dependency:copy -Dartifact=org.openapitools:openapi-generator-cli:7.17.0 -DoutputDirectory=.

if needs 'openapi-generator, Python' python3; then
  generate python
  venv/bin/pip install -q -r python/requirements.txt
  PYTHONPATH=python venv/bin/python "$here/openapi-generator.py" "$url" "$token"
  echo 'ok  openapi-generator, Python'
fi

generate java --library native
cp "$here/Use.java" java/src/main/java/
(cd java && mvn -q -B -DskipTests package dependency:copy-dependencies)
java -cp 'java/target/classes:java/target/dependency/*' Use "$url" "$token"
echo 'ok  openapi-generator, Java'

if needs 'openapi-generator, Go' go; then
  generate go
  mkdir go/use
  cp "$here/main.go" go/use/
  (cd go && go mod tidy && go build -o ../use ./use) 2>go.build || { cat go.build; exit 1; }
  ./use "$url" "$token"
  echo 'ok  openapi-generator, Go'
fi
