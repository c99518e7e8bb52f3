#!/bin/sh
# Judges and publishes a configuration; the pipelines beside this file only call it, and so can you.
#
#   sh gateway.sh check NEW [OLD]    is it good, and is what it changes harmless? 1 when not
#   sh gateway.sh publish NEW        makes it live and keeps it only if the gateway still serves; 1 when not, and then
#                                    everything is as it was
#
# Environment:
#   YUMEN          the program; yumen unless given
#   ADMIN_URL      the admin API; http://127.0.0.1:9901 unless given
#   DEPLOY_TOKEN   a token of the role admin, to publish
#   SMOKE_URL      must answer 2xx or 3xx after the change; http://127.0.0.1:8080/health unless given
#   AUTHOR, MESSAGE   what stands in the history of the gateway
#
# Needs a POSIX shell and curl; `check` needs yumen, too.
set -eu

yumen=${YUMEN:-yumen}
api=${ADMIN_URL:-http://127.0.0.1:9901}/api/v1
smoke=${SMOKE_URL:-http://127.0.0.1:8080/health}
confirm_within=2m     # it is taken back by the gateway itself when nobody confirms, whatever became of this script
smoke_tries=5         # a second apart

fail() {
  printf 'gateway.sh: %s\n' "$*" >&2
  exit 1
}

usage() {
  sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

check() {
  "$yumen" check "$1" || fail "$1 has errors"
  if [ -n "${2:-}" ]; then
    "$yumen" plan "$1" --against "$2" --fail-on danger --output json ||
      fail "$1 changes something dangerous (see above), or $2 can not be compared"
  fi
}

# ask METHOD PATH [more for curl]: the answer is then in $work/answer, its head in $work/head, its status in $status.
# The token goes by standard input, as everybody on the machine can read the command line.
ask() {
  method=$1 path=$2
  shift 2
  status=$(printf 'header = "Authorization: Bearer %s"\n' "$DEPLOY_TOKEN" |
    curl --silent --show-error --config - --request "$method" --max-time 60 --dump-header "$work/head" \
      --output "$work/answer" --write-out '%{http_code}' "$@" "$api$path") ||
    fail "$api can not be asked; if something was published it is taken back within $confirm_within"
}

expect_200() {
  [ "$status" = 200 ] && return
  cat "$work/answer" >&2
  fail "$1 (status $status)"
}

number() { grep -o '"number": *[0-9]*' "$work/answer" | head -n 1 | tr -dc 0-9; }

publish() {
  [ -n "${DEPLOY_TOKEN:-}" ] || fail "DEPLOY_TOKEN is not set (expected: a token of the role admin)"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT

  ask GET /status
  expect_200 "the gateway does not say what is live"
  before=$(number)
  ask GET /config
  expect_200 "the configuration can not be read"
  tag=$(tr -d '\r' <"$work/head" | sed -n 's/^[Ee][Tt][Aa][Gg]: *//p')

  # If-Match: when somebody else changes it meanwhile, theirs is not overwritten (412).
  ask PUT "/config?confirm-within=$confirm_within" --header "If-Match: $tag" \
    --header 'Content-Type: application/yaml' --header "X-Author: ${AUTHOR:-$(id -un)}" \
    --header "X-Message: $(printf '%s' "${MESSAGE:-}" | head -n 1 | cut -c 1-100)" --data-binary "@$1"
  expect_200 "refused, nothing was changed"
  after=$(number)
  if [ "$after" = "$before" ]; then
    echo "Nothing to publish: version $before is the same."
    return
  fi
  echo "Version $after is live, on trial."

  tries=1
  until curl --silent --show-error --fail --max-time 5 --output /dev/null "$smoke"; do
    [ "$tries" -lt "$smoke_tries" ] || go_back
    tries=$((tries + 1))
    sleep 1
  done
  ask POST "/versions/$after/confirm"
  expect_200 "version $after could not be confirmed and is taken back within $confirm_within"
  echo "Version $after is confirmed."
}

go_back() {
  ask POST "/versions/$before/rollback" --header "X-Message: $smoke did not answer with version $after"
  expect_200 "$smoke does not answer; version $after is taken back within $confirm_within"
  fail "$smoke does not answer with version $after; version $before is back, as number $(number)"
}

case "${1:-} $#" in
  "check 2" | "check 3" | "publish 2") "$@" ;;
  *) usage ;;
esac
