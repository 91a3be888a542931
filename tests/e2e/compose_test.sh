#!/usr/bin/env bash
# docker compose for real: builds the image, starts everything, brings a page in, restarts a service, looks at how the
# containers are locked down, runs the demo, and takes it all down again. Needs Docker with Compose v2.24 or later;
# ports, project, image and network are its own, so that a running stack is not disturbed.
set -euo pipefail
cd "$(dirname "$0")/../.."

export NEWSLOOM_PORT_KAFKA=${NEWSLOOM_PORT_KAFKA:-39092} NEWSLOOM_PORT_ES=${NEWSLOOM_PORT_ES:-39200}
export NEWSLOOM_PORT_HTTP=${NEWSLOOM_PORT_HTTP:-38000} NEWSLOOM_PORT_PROMETHEUS=${NEWSLOOM_PORT_PROMETHEUS:-39090}
export NEWSLOOM_IMAGE=newsloom:compose-test NEWSLOOM_DEMO_NET=192.0.2 NEWSLOOM_ENV_FILE=/dev/null
unset NEWSLOOM_FETCH_ALLOW NEWSLOOM_ALLOW_OPEN NEWSLOOM_HOSTS
UP_LIMIT_S=${UP_LIMIT_S:-420}
GATEWAY=http://127.0.0.1:$NEWSLOOM_PORT_HTTP
SERVICES=(fetch clean enrich index search)

compose() { docker compose --project-name newsloom-compose-test --env-file /dev/null "$@"; }
step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }
fail() { printf 'FAILED: %s\n' "$1" >&2; exit 1; }

finish() {
    local code=$?
    if [ "$code" -ne 0 ]; then
        compose ps --all >&2 || true
        compose logs --tail 20 >&2 || true
    fi
    compose --profile '*' down --volumes --remove-orphans --timeout 20 >/dev/null 2>&1 || true
    [ "$code" -eq 0 ] && printf '\ncompose test: passed in %s s\n' "$SECONDS"
    exit "$code"
}

# HTTP without curl, which a machine need not have: METHOD PATH [JSON BODY] → body; fails on an error status.
http() { python3 tests/e2e/ask.py "$1" "$GATEWAY$2" "${3:-}"; }

# inspect SERVICE TEMPLATE
inspect() { docker inspect --format "$2" "$(compose ps --quiet "$1")"; }

# Waits until a search for $1 finds something; at most $2 seconds.
found_within() {
    local until=$((SECONDS + $2))
    while [ "$SECONDS" -lt "$until" ]; do
        if http GET "/v1/search?q=$1" | grep -q '"articles": *\[ *{'; then return 0; fi
        sleep 1
    done
    return 1
}

publish() { # NUMBER WORD
    local sentence="The harbour of Rotterdam opened a new berth for electric ferries on Monday, its director said. "
    http POST /v1/articles "{\"url\": \"https://news.example/compose/$1\", \"title\": \"Harbour story $1\",
        \"text\": \"Nobody had expected $2. $sentence$sentence$sentence$sentence\"}" >/dev/null
}

healthy() {
    for service in kafka elasticsearch "${SERVICES[@]}"; do
        [ "$(inspect "$service" '{{.State.Health.Status}}')" = healthy ] || fail "$service is not healthy"
    done
}

locked() {
    for service in "${SERVICES[@]}"; do
        [ "$(compose exec -T "$service" id -u)" = 10001 ] || fail "$service does not run as user 10001"
        [ "$(inspect "$service" '{{.HostConfig.ReadonlyRootfs}}')" = true ] || fail "$service can write to its image"
        if compose exec -T "$service" sh -c 'touch /opt/x' 2>/dev/null; then fail "$service could write to /opt"; fi
        [ "$(inspect "$service" '{{.HostConfig.CapDrop}}')" = '[ALL]' ] || fail "$service has capabilities"
    done
    for service in kafka elasticsearch; do
        [ "$(compose exec -T "$service" id -u)" != 0 ] || fail "$service runs as root"
    done
    for service in kafka elasticsearch "${SERVICES[@]}"; do
        addresses=$(inspect "$service" '{{range .NetworkSettings.Ports}}{{range .}}{{.HostIp}} {{end}}{{end}}')
        for address in $addresses; do
            [ "$address" = 127.0.0.1 ] || fail "$service publishes a port on $address"
        done
    done
}

trap finish EXIT
trap 'exit 130' INT TERM

step "build"
timeout 1800 docker compose --project-name newsloom-compose-test --env-file /dev/null build --quiet
docker image inspect --format 'image: {{.Size}} bytes' "$NEWSLOOM_IMAGE"

step "up"
compose up --detach --build --wait --wait-timeout "$UP_LIMIT_S"
healthy

step "locked down"
locked

step "publish a page, and find it"
publish 1 ornithopters
found_within ornithopters 90 || fail "the first page can not be found after 90 s"
http GET "/v1/journey?url=https://news.example/compose/1" | grep -q '"indexed"' || fail "its journey does not say indexed"

step "a name that is not ours"
answer=$(python3 tests/e2e/ask.py GET "$GATEWAY/v1/search?q=a" "" rebound.example 2>&1 || true)
[[ $answer == *": 421 "* ]] || fail "the gateway answered to a rebound name: $answer"

step "restart a service"
publish 2 zeppelins
compose restart --timeout 30 enrich
found_within zeppelins 120 || fail "a page published around a restart of enrich can not be found after 120 s"
compose up --detach --wait --wait-timeout 120
healthy

step "the demo"
timeout 600 docker compose --project-name newsloom-compose-test --env-file /dev/null \
    --profile demo --profile walkthrough run --rm -T demo </dev/null

step "what may not be fetched"
http POST /v1/articles '{"url": "http://elasticsearch:9200/"}' >/dev/null
until=$((SECONDS + 60))
until http GET "/v1/journey?url=http://elasticsearch:9200/" 2>/dev/null | grep -q blocked_address; do
    [ "$SECONDS" -lt "$until" ] || fail "fetch did not refuse an address inside"
    sleep 1
done

step "down"
compose --profile '*' down --volumes --timeout 40
[ -z "$(compose ps --all --quiet)" ] || fail "containers are left"
