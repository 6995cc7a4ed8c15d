#include "sandbox/cluster/control_plane.h"

#include <unistd.h>

#include <utility>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/kube/curl_kube_api.h"
#include "common/kube/kube_config.h"
#include "fmt/format.h"
#include "sandbox/cluster/pki.h"

namespace redisop {
namespace {

constexpr absl::Duration kReadyTimeout = absl::Minutes(1);
constexpr size_t kLogTailBytes = 2000;

constexpr char kKubeConfig[] = R"(apiVersion: v1
kind: Config
current-context: sandbox
clusters:
- name: sandbox
  cluster: {{server: "https://127.0.0.1:{}", certificate-authority: {}}}
users: [{{name: admin, user: {{token: {}}}}}]
contexts: [{{name: sandbox, context: {{cluster: sandbox, user: admin}}}}]
)";

absl::Status CheckPrograms(const std::string& binaries) {
  for (const char* name : {"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"}) {
    const std::string path = fmt::format("{}/{}", binaries, name);
    if (access(path.c_str(), X_OK) != 0) {
      return MakeStatus(
          absl::StatusCode::kNotFound,
          fmt::format("{} is missing; build it with sandbox/control-plane/build.sh {}", path,
                      binaries));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ControlPlane>> ControlPlane::Start(
    const StateDirectory& state, const ControlPlaneOptions& options, const Say& say) {
  RETURN_IF_ERROR(CheckPrograms(options.binaries));
  std::unique_ptr<ControlPlane> plane(new ControlPlane(state));
  ASSIGN_OR_RETURN(plane->ports_, ChoosePorts(options.api_server_port));
  say("Making keys and certificates");
  ASSIGN_OR_RETURN(const std::string token, MakePki(state.File("pki")));
  say(fmt::format("Starting etcd and the API server on port {}", plane->ports_.api_server));
  RETURN_IF_ERROR(plane->LaunchStore(options.binaries));
  RETURN_IF_ERROR(WriteFileAtomically(
      state.KubeConfig(),
      fmt::format(kKubeConfig, plane->ports_.api_server, state.File("pki/ca.crt"), token)));
  ASSIGN_OR_RETURN(KubeConfig config, LoadKubeConfig(state.KubeConfig()));
  ASSIGN_OR_RETURN(plane->api_,
                   MakeCurlKubeApi(std::move(config), {.user_agent = "redis-operator-sandbox"}));
  RETURN_IF_ERROR(plane->AwaitReady(options.is_cancelled));
  say("Starting controllers and scheduler");
  RETURN_IF_ERROR(plane->LaunchControllers(options.binaries));
  return plane;
}

absl::Status ControlPlane::Launch(const std::string& binaries, const std::string& name,
                                  std::vector<std::string> flags) {
  flags.insert(flags.begin(), fmt::format("{}/{}", binaries, name));
  ASSIGN_OR_RETURN(ChildProcess process,
                   ChildProcess::Start({.arguments = std::move(flags),
                                        .environment = OwnEnvironment(),
                                        .output_file = state_.File("logs/" + name + ".log")}));
  components_.push_back({name, std::move(process)});
  return absl::OkStatus();
}

absl::Status ControlPlane::LaunchStore(const std::string& binaries) {
  const std::string client = fmt::format("http://127.0.0.1:{}", ports_.etcd_client);
  const std::string peer = fmt::format("http://127.0.0.1:{}", ports_.etcd_peer);
  RETURN_IF_ERROR(
      Launch(binaries, "etcd",
             {"--data-dir=" + state_.File("etcd"), "--unsafe-no-fsync", "--log-level=warn",
              "--listen-client-urls=" + client, "--advertise-client-urls=" + client,
              "--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer,
              "--initial-cluster=default=" + peer}));
  const std::string pki = state_.File("pki");
  return Launch(
      binaries, "kube-apiserver",
      {"--etcd-servers=" + client, fmt::format("--secure-port={}", ports_.api_server),
       "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
       // No endpoints at all: the API refuses loopback addresses in them.
       "--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.96.0.0/16",
       "--allow-privileged", "--authorization-mode=RBAC", "--tls-cert-file=" + pki + "/server.crt",
       "--tls-private-key-file=" + pki + "/server.key", "--token-auth-file=" + pki + "/tokens.csv",
       "--service-account-issuer=https://kubernetes.default.svc",
       "--service-account-key-file=" + pki + "/sa.key",
       "--service-account-signing-key-file=" + pki + "/sa.key",
       "--kubelet-preferred-address-types=InternalIP",
       "--kubelet-certificate-authority=" + pki + "/ca.crt",
       "--kubelet-client-certificate=" + pki + "/client.crt",
       "--kubelet-client-key=" + pki + "/client.key", "--profiling=false"});
}

absl::Status ControlPlane::LaunchControllers(const std::string& binaries) {
  const std::string pki = state_.File("pki");
  RETURN_IF_ERROR(Launch(
      binaries, "kube-controller-manager",
      {"--kubeconfig=" + state_.KubeConfig(), "--leader-elect=false", "--secure-port=0",
       "--root-ca-file=" + pki + "/ca.crt", "--service-account-private-key-file=" + pki + "/sa.key",
       "--controllers=*,-endpoints-controller,-endpointslice-controller,"
       "-endpointslice-mirroring-controller",
       // Nodes renew their leases every 4 s (node_registry.h), so a lost one is known after 16 s
       // instead of the default's 50.
       "--node-monitor-period=1s", "--node-monitor-grace-period=16s", "--kube-api-qps=200",
       "--kube-api-burst=400"}));
  return Launch(binaries, "kube-scheduler",
                {"--kubeconfig=" + state_.KubeConfig(), "--leader-elect=false", "--secure-port=0",
                 "--kube-api-qps=200", "--kube-api-burst=400"});
}

absl::Status ControlPlane::AwaitReady(const std::function<bool()>& is_cancelled) {
  const absl::Duration deadline = SystemClock().Monotonic() + kReadyTimeout;
  absl::Status last;
  while (SystemClock().Monotonic() < deadline) {
    RETURN_IF_ERROR(Check());
    if (is_cancelled()) return MakeStatus(absl::StatusCode::kCancelled, "interrupted");
    last = api_->GetRaw("/readyz", absl::Seconds(1)).status();
    if (last.ok()) return absl::OkStatus();
    // There is no event to wait for before the API server listens.
    absl::SleepFor(absl::Milliseconds(50));
  }
  return Annotate(last, "the API server was not ready within a minute");
}

absl::Status ControlPlane::Check() {
  for (Component& component : components_) {
    if (const std::optional<int> code = component.process.Wait(absl::ZeroDuration())) {
      return MakeStatus(absl::StatusCode::kUnavailable,
                        fmt::format("{} ended with exit code {}:\n{}", component.name, *code,
                                    EndOfLog(component.name)));
    }
  }
  return absl::OkStatus();
}

std::vector<int> ControlPlane::PollDescriptors() const {
  std::vector<int> descriptors;
  for (const Component& component : components_) {
    descriptors.push_back(component.process.poll_descriptor());
  }
  return descriptors;
}

std::string ControlPlane::EndOfLog(const std::string& name) const {
  const absl::StatusOr<std::string> text = ReadWholeFile(state_.File("logs/" + name + ".log"));
  if (!text.ok()) return "";
  return text->size() <= kLogTailBytes ? *text : text->substr(text->size() - kLogTailBytes);
}

}  // namespace redisop
