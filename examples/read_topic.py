#!/usr/bin/env python3
"""The newest rate of each currency, read from the topic: read_topic.py BROKER REGISTRY_URL.

Needs docs/events.md, kcat and Python's standard library.
"""
import json
import subprocess
import sys
from datetime import datetime, timezone
from decimal import Decimal
from urllib.request import urlopen

BROKER, REGISTRY = sys.argv[1:3]
TOPIC = 'fx.rates.v1'
writers = {}

def writer(schema_id):
    if schema_id not in writers:
        with urlopen(f'{REGISTRY}/schemas/ids/{schema_id}', timeout=10) as answer:
            writers[schema_id] = json.loads(json.load(answer)['schema'])
    return writers[schema_id]

def number(data, at):
    value = shift = 0
    while True:
        byte, at = data[at], at + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), at
        shift += 7

def decode(data):
    if len(data) < 6 or data[0] != 0:
        raise ValueError('not an event')
    rate, at = {}, 5
    for field in writer(int.from_bytes(data[1:5], 'big'))['fields']:
        value, at = number(data, at)
        if field['type'] == 'string':
            value, at = data[at:at + value].decode(), at + value
        rate[field['name']] = value
    return rate

# Each payload follows its length in four bytes; -e exits at the end of the topic.
kcat = subprocess.Popen(
    ['kcat', '-C', '-b', BROKER, '-t', TOPIC, '-o', 'beginning', '-e', '-q', '-f', '%R%s'],
    stdout=subprocess.PIPE)
newest = {}
while length := kcat.stdout.read(4):
    rate = decode(kcat.stdout.read(int.from_bytes(length, 'big')))
    order = (rate['source'] == 'xe', rate['observed_at'], rate['fetched_at'], rate['event_id'])
    newest[rate['quote_currency']] = max(newest.get(rate['quote_currency'], ((),)), (order, rate))
for currency, (_, rate) in sorted(newest.items()):
    day = datetime.fromtimestamp(rate['observed_at'] / 1000, timezone.utc).date()
    print(day, currency, Decimal(rate['mid']), rate['source'])
