"""Prints the queries of a dashboard as rules for Prometheus, with values in place of Grafana's variables."""

import json
import pathlib
import sys

VALUES = {"$__rate_interval": "5m", "$job": "mistmcp"}

rules = []
for panel in json.loads(pathlib.Path(sys.argv[1]).read_text())["panels"]:
    for target in panel["targets"]:
        query = target["expr"]
        for variable, value in VALUES.items():
            query = query.replace(variable, value)
        rules.append({"record": f"panel_{panel['id']}_{target['refId']}", "expr": query})
# What is JSON is YAML as well.
print(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}, indent=2))
