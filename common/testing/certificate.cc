#include "common/testing/certificate.h"

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/testing/process.h"

namespace redisop {
namespace {

constexpr char kScript[] = R"(
new_key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
openssl req -x509 $new_key -days 2 -subj /CN=ca -keyout $N-ca.key -out $N-ca.pem
openssl req $new_key -subj /CN=$N -keyout $N.key -out $N.csr
printf subjectAltName=$ALTERNATIVE_NAMES > ext
openssl x509 -req -in $N.csr -CA $N-ca.pem -CAkey $N-ca.key -CAcreateserial -days 2 \
  -extfile ext -out $N.pem
)";

}  // namespace

absl::Status MakeCertificate(const std::string& directory, const std::string& name,
                             const std::string& alternative_names) {
  ASSIGN_OR_RETURN(
      const Finished done,
      RunProcess({.arguments = {"sh", "-ec", kScript},
                  .environment = {{"N", name}, {"ALTERNATIVE_NAMES", alternative_names}},
                  .working_directory = directory},
                 absl::Seconds(30)));
  return done.exit_code == 0 ? absl::OkStatus()
                             : MakeStatus(absl::StatusCode::kInternal, done.output);
}

}  // namespace redisop
