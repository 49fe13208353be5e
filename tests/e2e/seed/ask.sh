#!/bin/sh
# What people type who know the seed's service: configure it once, then ask, with a budget in the body or a header.
set -e

curl --silent --show-error --fail-with-body -X POST "$SERVICE/configure" \
  -H "Content-Type: application/json" \
  -d '{
    "endpoint": "'"$ENDPOINT"'",
    "api_key": "'"$API_KEY"'",
    "model": "upstream-model",
    "alg": "self-consistency",
    "regex_patterns": ["\\\\boxed\\{([^}]+)\\}"],
    "tool_vote": "tool_hierarchical",
    "exclude_tool_args": ["timestamp", "request_id", "id", "type"]
  }'
echo

curl --silent --show-error --fail-with-body -X POST "$SERVICE/v1/chat/completions" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "upstream-model",
    "messages": [
      {"role": "system", "content": "You are a precise calculator."},
      {"role": "user", "content": "What is 2+2?"}
    ],
    "budget": 4
  }'
echo

curl --silent --show-error --fail-with-body -X POST "$SERVICE/v1/chat/completions" \
  -H "Content-Type: application/json" \
  -H "X-ITS-Budget: 3" \
  -H "X-ITS-Endpoint: $ENDPOINT" \
  -d '{"model": "upstream-model", "messages": [{"role": "user", "content": "What is 2+2?"}]}'
echo

curl --silent --show-error --fail-with-body "$SERVICE/v1/models"
echo
