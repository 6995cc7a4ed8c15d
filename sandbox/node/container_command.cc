#include "sandbox/node/container_command.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "fmt/format.h"

namespace redisop {
namespace {

namespace fs = std::filesystem;

// Of the machine's /etc only what libraries read; the rest is none of a container's business.
constexpr const char* kMachineFiles[] = {"/etc/passwd",     "/etc/group",       "/etc/ssl",
                                         "/etc/localtime",  "/etc/ld.so.cache", "/etc/alternatives",
                                         "/etc/ld.so.conf", "/etc/ld.so.conf.d"};

}  // namespace

std::vector<std::string> MakeContainerCommand(const ContainerCommand& container) {
  std::vector<std::string> line = {"/usr/bin/bwrap", "--die-with-parent", "--unshare-pid",
                                   "--unshare-ipc",  "--unshare-uts",     "--as-pid-1",
                                   "--hostname",     container.host_name};
  const auto add = [&](std::initializer_list<std::string> words) {
    line.insert(line.end(), words);
  };
  if (container.reports_pid) add({"--info-fd", "3"});
  add({"--bind", container.root_directory, "/", "--ro-bind", "/usr", "/usr"});
  for (const char* file : kMachineFiles) add({"--ro-bind-try", file, file});
  if (!container.operator_programs.empty()) {
    add({"--ro-bind", container.operator_programs, "/usr/local/bin"});
  }
  add({"--proc", "/proc", "--dev", "/dev", "--ro-bind", container.hosts_directory, "/run/sandbox"});
  std::vector<ContainerMount> mounts = container.mounts;
  // Outer mounts first, so that they do not hide inner ones.
  std::sort(mounts.begin(), mounts.end(),
            [](const auto& a, const auto& b) { return a.target < b.target; });
  for (const ContainerMount& mount : mounts) {
    add({mount.read_only ? "--ro-bind" : "--bind", mount.source, mount.target});
  }
  add({"--chdir", container.working_directory, "--"});
  line.insert(line.end(), container.command.begin(), container.command.end());
  return line;
}

bool PrepareRootDirectory(const std::string& root_directory, const std::string& host_name) {
  std::error_code error;
  fs::remove_all(root_directory, error);
  for (const char* name : {"etc", "tmp", "run", "root", "data", "var/run", "var/tmp"}) {
    if (!fs::create_directories(fmt::format("{}/{}", root_directory, name), error)) return false;
  }
  fs::create_symlink("/run/sandbox/hosts", root_directory + "/etc/hosts", error);
  for (const char* name : {"bin", "sbin", "lib", "lib64"}) {
    fs::create_symlink(fmt::format("usr/{}", name), fmt::format("{}/{}", root_directory, name),
                       error);
  }
  const auto write = [&](const char* name, const std::string& text) {
    return static_cast<bool>(std::ofstream(fmt::format("{}/etc/{}", root_directory, name)) << text);
  };
  return !error && write("hostname", host_name + "\n") && write("host.conf", "multi on\n") &&
         write("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n") &&
         // There is no DNS; a name that is not in the hosts file is unknown at once.
         write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
}

}  // namespace redisop
