"""The tables of style.py: who may include whom, and where a rule doesn't hold."""

# Directory -> project directories it may include, besides itself. The longest matching directory counts.
ARROWS = {
    "common/base": [],
    "common/model": ["common/base"],
    "common/obs": ["common/base"],
    "common/rpc": ["common/base", "common/obs"],
    "common/redis": ["common/base", "common/model"],
    "common/kube": ["common/base", "common/obs"],
    "common/wire": ["common/base", "common/model", "common/redis"],
    "common/testing": ["common"],
    "services/planner/core": ["common/base", "common/model"],
    "services/planner": ["common/base", "common/model", "common/obs", "common/rpc", "common/wire"],
    "services/agent/launcher": ["common/base"],
    "services/agent": [
        "common/base", "common/model", "common/obs", "common/redis", "common/rpc", "common/wire"],
    "services/k8s-bridge": [
        "common/base", "common/kube", "common/model", "common/obs", "common/rpc", "common/wire"],
    "sandbox": ["common/base", "common/kube", "common/obs", "common/rpc"],
    "cli": ["common/base", "common/kube", "common/model", "common/obs", "common/rpc", "common/wire"],
    "integration": ["common"],
    # The benchmarks of formation and migration measure the services' own code, without Kubernetes between.
    "bench": [
        "common", "services/planner/core", "services/agent", "services/k8s-bridge/execution",
        "services/k8s-bridge/observe", "services/k8s-bridge/planner"],
    "fuzz": ["common", "services"],
}

# Generated protobuf code stops at the edges: these files may include it, besides tests.
PROTO_EDGES = [
    r"^common/(rpc|wire)/",
    r"^services/[^/]+/(rpc|wire|clients)/",
    # Reads and writes the planner's messages as files: an edge like rpc.
    r"^services/planner/offline\.cc$",
    r"(^|/)[a-z_]*(convert|client|api|wire|channel|grpc)[a-z_]*\.(h|cc)$",
    r"^(integration|bench|fuzz|cli)/",
]

# What the planner's core may include beside the C++ standard library and the arrows above.
CORE_THIRD_PARTY = ["absl/container/", "absl/hash/", "absl/status/", "absl/strings/string_view.h", "fmt/"]
# The one file that knows the solver.
LEMON_FILE = "services/planner/core/placement/flow.cc"

# Headers that are slow to compile; only .cc files include them.
HEAVY_HEADERS = [
    "CLI/", "civetweb", "CivetServer", "nlohmann/json.hpp", "prometheus/", "simdjson", "spdlog/",
    "yaml-cpp/"]
HEAVY_ALLOWED = {
    "sandbox/node/container_run.h": "keeps JSON by value, and the few files that include it use JSON themselves",
}

# Threads belong to the outer layers; what decides or orders runs without its own.
THREADS_ALLOWED = [
    r"^common/(kube|obs|redis|rpc|testing)/",
    r"^services/agent/",
    # Runs its workers.
    r"^services/k8s-bridge/controller/controller\.(h|cc)$",
    r"^services/[^/]+/(main|.*_thread|.*_threads|.*_loop|.*_runner|.*_pool)\.(h|cc)$",
    r"^services/[^/]+/.*(thread|loop|runner|pool|executor|server)[a-z_]*\.(h|cc)$",
    r"^(sandbox|integration|bench)/",
    r"_test\.cc$",
]

# Waiting for a time instead of a condition.
SLEEP_ALLOWED = {
    "sandbox/cluster/control_plane.cc": "asks an HTTP server that isn't up yet; there is no event",
    "sandbox/cli/commands.cc": "asks a supervisor whose socket isn't there yet; there is no event",
    "services/agent/testing/live_cluster.cc": "the pause that a step asks for, in its tests",
}

# The words of the Redis protocol, where it is spoken.
OLD_ROLE_WORDS_ALLOWED = [
    r"^common/redis/",
    r"^common/testing/",
    r"^integration/",
    r"^bench/",
    r"^fuzz/corpus/",
    r"_test\.cc$",
    # Speak RESP by themselves: the launcher has no libraries.
    r"^services/agent/launcher/(probe|succession\.cc$)",
    # Knows one of Redis' refusals by its text.
    r"^services/agent/execute/migrate/window\.cc$",
    r"^services/agent/testing/",
    # Refuses settings whose names begin so.
    r"^services/k8s-bridge/api/redis_cluster\.cc$",
    r"^sandbox/control-plane/go\.sum$",
    r"^charts/redis-operator/crd/",
    r"^tools/style",
]

# Names that others chose.
OLD_ROLE_NAMES = ["numberOfMaster", "system:masters", "masterauth", "masteruser"]

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
LINE_COLUMNS_MAX = {".h": 100, ".cc": 100, ".proto": 100, ".py": 120, ".sh": 120}
