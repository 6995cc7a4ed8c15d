#include "common/kube/kube_config.h"

#include <fstream>
#include <string>

#include "absl/strings/escaping.h"
#include "common/kube/credentials.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace redisop {
namespace {

using ::testing::HasSubstr;

class KubeConfigTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_.File(name)) << text;
    return dir_.File(name);
  }

  TempDir dir_;
};

constexpr char kTwoContexts[] = R"(
apiVersion: v1
kind: Config
current-context: first
clusters:
- {name: c1, cluster: {server: "https://10.0.0.1:6443/", certificate-authority: ca.crt}}
- {name: c2, cluster: {server: "https://[::1]:6443", insecure-skip-tls-verify: true, tls-server-name: kube}}
users:
- {name: u1, user: {token: secret}}
- {name: u2, user: {tokenFile: sub/token}}
contexts:
- {name: first, context: {cluster: c1, user: u1, namespace: mine}}
- {name: second, context: {cluster: c2, user: u2}}
)";

TEST_F(KubeConfigTest, TakesTheCurrentContextAndFilesBesideIt) {
  Write("ca.crt", "PEM");
  const std::string path = Write("config", kTwoContexts);
  ASSERT_OK_AND_ASSIGN(KubeConfig config, LoadKubeConfig(path));
  EXPECT_EQ(config.server, "https://10.0.0.1:6443");
  EXPECT_EQ(config.ca_pem, "PEM");
  EXPECT_EQ(config.ca_file, dir_.File("ca.crt"));
  EXPECT_EQ(config.token, "secret");
  EXPECT_EQ(config.namespace_name, "mine");
}

TEST_F(KubeConfigTest, TakesANamedContext) {
  const std::string path = Write("config", kTwoContexts);
  ASSERT_OK_AND_ASSIGN(KubeConfig config, LoadKubeConfig(path, "second"));
  EXPECT_TRUE(config.insecure_skip_tls_verify);
  EXPECT_EQ(config.tls_server_name, "kube");
  EXPECT_EQ(config.token_file, dir_.File("sub/token"));
  EXPECT_EQ(config.namespace_name, "default");
  EXPECT_THAT(LoadKubeConfig(path, "third"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("third")));
}

TEST_F(KubeConfigTest, TheFirstOfSeveralFilesWins) {
  const std::string other = Write("other", R"(
current-context: second
users: [{name: u2, user: {token: from-other}}]
)");
  const std::string path = Write("config", kTwoContexts);
  ASSERT_OK_AND_ASSIGN(KubeConfig config,
                       LoadKubeConfig(dir_.File("absent") + ":" + other + ":" + path));
  EXPECT_EQ(config.token, "from-other");
  EXPECT_EQ(config.server, "https://[::1]:6443");
}

TEST_F(KubeConfigTest, DataIsDecodedAndWins) {
  const std::string path = Write(
      "config", R"(
current-context: x
clusters: [{name: x, cluster: {server: "https://h", certificate-authority-data: )" +
                    absl::Base64Escape("CA") + R"(, certificate-authority: no}}]
users: [{name: x, user: {client-certificate-data: )" +
                    absl::Base64Escape("CERT") + ", client-key-data: " + absl::Base64Escape("KEY") +
                    R"(}}]
contexts: [{name: x, context: {cluster: x, user: x}}]
)");
  ASSERT_OK_AND_ASSIGN(KubeConfig config, LoadKubeConfig(path));
  EXPECT_EQ(config.ca_pem, "CA");
  EXPECT_EQ(config.ca_file, "");
  EXPECT_EQ(config.client_certificate_pem, "CERT");
  EXPECT_EQ(config.client_key_pem, "KEY");
}

TEST_F(KubeConfigTest, MistakesAreNamed) {
  const auto with = [&](const std::string& cluster, const std::string& user) {
    return LoadKubeConfig(Write("bad", "current-context: x\nclusters: [{name: x, cluster: {" +
                                           cluster + "}}]\nusers: [{name: x, user: {" + user +
                                           "}}]\ncontexts: [{name: x, context: {cluster: x, user: "
                                           "x}}]\n"));
  };
  const std::string good = "server: \"https://h\"";
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(with("server: h", ""), StatusIs(kInvalid, HasSubstr("server")));
  EXPECT_THAT(with(good, "exec: {command: aws}"), StatusIs(kInvalid, HasSubstr("exec")));
  EXPECT_THAT(with(good, "client-key-data: '*'"), StatusIs(kInvalid, HasSubstr("client-key-data")));
  EXPECT_THAT(with(good, "client-certificate-data: QQ=="),
              StatusIs(kInvalid, HasSubstr("client-key")));
  EXPECT_THAT(with(good + ", certificate-authority: absent", ""),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("absent")));
  EXPECT_THAT(LoadKubeConfig(Write("bad", "a: [")), StatusIs(kInvalid, HasSubstr("bad")));
  EXPECT_THAT(LoadKubeConfig(Write("bad", "[]")), StatusIs(kInvalid));
  EXPECT_THAT(LoadKubeConfig(dir_.File("absent")), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(KubeConfigTest, AChangedTokenFileIsReadAgain) {
  const std::string path = Write("token", "one\n");
  Credentials credentials(KubeConfig{.token = "fixed", .token_file = path});
  EXPECT_EQ(credentials.AuthorizationHeader(), "Bearer one");
  Write("next", "two");
  ASSERT_EQ(std::rename(dir_.File("next").c_str(), path.c_str()), 0);
  EXPECT_EQ(credentials.AuthorizationHeader(), "Bearer two");
  ASSERT_EQ(std::remove(path.c_str()), 0);
  EXPECT_EQ(credentials.AuthorizationHeader(), "Bearer two");
  EXPECT_EQ(Credentials({.username = "u", .password = "p"}).AuthorizationHeader(), "Basic dTpw");
  EXPECT_EQ(Credentials(KubeConfig{}).AuthorizationHeader(), "");
}

}  // namespace
}  // namespace redisop
