// A directory that lives as long as the object, under TMPDIR or /tmp.

#ifndef REDIS_OPERATOR_COMMON_TESTING_TEMP_DIR_H_
#define REDIS_OPERATOR_COMMON_TESTING_TEMP_DIR_H_

#include <string>

namespace redisop {

class TempDir {
 public:
  // Short names: unix socket paths are limited to 107 bytes. Ends the program when no directory can
  // be made.
  TempDir();
  // Removes it with all content.
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  // Absolute, without a slash at the end.
  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_TESTING_TEMP_DIR_H_
