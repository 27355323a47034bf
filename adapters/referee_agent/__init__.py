"""What stands beside adapters of others: the agent, and the program that fetches test data.

    python -m referee_agent          a native sidecar on 127.0.0.1:8080: takes what an adapter made with the published
                                     eval-hub-sdk posts once, keeps it, and delivers it until the gateway has it
    python -m referee_agent.ready    exits 0 once the agent listens, for a startup probe
    python -m referee_agent.fetch    an init container: brings test data in before any adapter starts

Such an adapter swallows what goes wrong when it posts, exits 0 and leaves no termination message; it also needs
something on localhost:8080 that pushes to a registry for it. The agent holds the credentials of both, the adapter none.

The agent is threads over the standard library's HTTP server and nothing else. It serves one client; every request
ends in an fsync or in a blocking copy; and it is a container in each pod, so its memory counts: 37 MB were resident
after the import of an asynchronous server alone, and `referee_adapter` brings 10 MB with its HTTP client.
"""
