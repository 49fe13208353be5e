"""What people write who know the seed's service: configure it with `requests`, then ask with that and the SDK."""

import os

import requests
from openai import OpenAI

SERVICE = os.environ["SERVICE"]

configured = requests.post(
    f"{SERVICE}/configure",
    json={
        "model": "its-tiny",
        "alg": "particle-filtering",
        "step_token": "\n",
        "stop_token": "<end>",
        "rm_name": "its-tiny-reward",
        "rm_device": "cuda:0",
        "rm_agg_method": "prod",
        "budget": 4,
        "temperature": 0.8,
        "extra_args": {"max_tokens": 64},
    },
    timeout=30,
)
print(configured.status_code, configured.json()["status"])

asked = {
    "model": "its-tiny",
    "messages": [{"role": "user", "content": "What is (7-6+8)*5?"}],
    "budget": 2,
    "temperature": 0.5,
    "max_tokens": 32,
    "return_response_only": True,
}
answer = requests.post(f"{SERVICE}/v1/chat/completions", json=asked, timeout=60)
print(answer.status_code, sorted(answer.json()))

client = OpenAI(base_url=f"{SERVICE}/v1", api_key="dummy-key")
completion = client.chat.completions.create(
    model="its-tiny", messages=[{"role": "user", "content": "What is 2+2?"}], extra_body={"budget": 2}
)
print(completion.its["algorithm"], completion.its["budget"]["samples"])
print(sorted(model["id"] for model in requests.get(f"{SERVICE}/v1/models", timeout=30).json()["data"])[:1])
