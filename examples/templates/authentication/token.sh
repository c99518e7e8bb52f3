#!/bin/sh
# Prints a token that is good for an hour, to try the routes with: sh token.sh NAME [GROUP]. In earnest tokens come from
# whoever logs people in. Needs openssl, and .env beside this file.
set -eu
cd "$(dirname "$0")"
. ./.env
b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
claims=$(printf '{"iss":"%s","aud":"%s","sub":"%s","groups":["%s"],"exp":%d}' \
  "$JWT_ISSUER" "$JWT_AUDIENCE" "$1" "${2:-users}" $(($(date +%s) + 3600)))
signed=$(printf '{"alg":"HS256","typ":"JWT"}' | b64).$(printf '%s' "$claims" | b64)
printf '%s.%s\n' "$signed" "$(printf '%s' "$signed" | openssl dgst -sha256 -hmac "$JWT_SECRET" -binary | b64)"
