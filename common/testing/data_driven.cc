#include "common/testing/data_driven.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "fmt/format.h"

namespace redisop {
namespace {

constexpr std::string_view kSeparator = "----";

absl::Status BadLine(std::string_view file, size_t line, std::string_view what) {
  return MakeStatus(absl::StatusCode::kInvalidArgument,
                    fmt::format("{}:{}: {}", file, line + 1, what));
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

// Reads one case after another from the lines of a file.
class CaseReader {
 public:
  CaseReader(std::string_view file, std::string_view text) : file_(file), lines_(Lines(text)) {}

  // The next case; its command is empty at the end of the file.
  absl::StatusOr<DataCase> Next() {
    DataCase result;
    while (!AtEnd() && (Line().empty() || Line().starts_with('#'))) {
      result.comment += Line().empty() ? "" : Line() + "\n";
      ++at_;
    }
    if (AtEnd()) {
      return result;
    }
    RETURN_IF_ERROR(ReadCommand(result));
    const size_t start = at_;
    while (!AtEnd() && Line() != kSeparator) {
      result.input += Line() + "\n";
      ++at_;
    }
    if (AtEnd()) {
      return BadLine(file_, start - 1, "no ---- after this command");
    }
    ++at_;
    ReadExpected(result);
    return result;
  }

 private:
  bool AtEnd() const { return at_ >= lines_.size(); }
  const std::string& Line() const { return lines_[at_]; }
  bool SeparatorsAt(size_t at) const {
    return at + 1 < lines_.size() && lines_[at] == kSeparator && lines_[at + 1] == kSeparator;
  }

  absl::Status ReadCommand(DataCase& result) {
    result.position = fmt::format("{}:{}", file_, at_ + 1);
    result.command_line = Line();
    std::istringstream words(Line());
    words >> result.command;
    for (std::string word; words >> word;) {
      const size_t equals = word.find('=');
      const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
      if (!result.arguments.emplace(word.substr(0, equals), value).second) {
        return BadLine(file_, at_, fmt::format("argument {} stands twice", word));
      }
    }
    ++at_;
    return absl::OkStatus();
  }

  // With a second separator the answer goes on to the next pair of them, otherwise to an empty
  // line.
  void ReadExpected(DataCase& result) {
    const bool fenced = !AtEnd() && Line() == kSeparator;
    at_ += fenced ? 1 : 0;
    while (!AtEnd() && (fenced ? !SeparatorsAt(at_) : !Line().empty())) {
      result.expected += Line() + "\n";
      ++at_;
    }
    at_ += fenced ? 2 : 0;
  }

  std::string_view file_;
  std::vector<std::string> lines_;
  size_t at_ = 0;
};

std::string WithLineFeed(std::string text) {
  if (!text.empty() && text.back() != '\n') {
    text += '\n';
  }
  return text;
}

void RunFile(const std::filesystem::path& path,
             const std::function<std::string(const DataCase&)>& answer) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  absl::StatusOr<std::vector<DataCase>> cases = ParseDataCases(path.string(), text.str());
  ASSERT_TRUE(cases.ok()) << ToString(cases.status());
  ASSERT_FALSE(cases->empty()) << path << " has no cases";
  const bool rewrite = std::getenv("REWRITE") != nullptr;
  for (DataCase& one : *cases) {
    SCOPED_TRACE(one.position);
    const std::string got = WithLineFeed(answer(one));
    if (rewrite) {
      one.expected = got;
    } else {
      EXPECT_EQ(got, one.expected) << one.position << ": " << one.command_line
                                   << "\n(REWRITE=1 writes the answers of now into the file)";
    }
  }
  if (rewrite) {
    std::ofstream(path) << FormatDataCases(*cases);
  }
}

}  // namespace

std::string DataCase::Argument(const std::string& name, const std::string& otherwise) const {
  const auto found = arguments.find(name);
  return found == arguments.end() ? otherwise : found->second;
}

absl::StatusOr<std::vector<DataCase>> ParseDataCases(std::string_view file_name,
                                                     std::string_view text) {
  std::vector<DataCase> cases;
  CaseReader reader(file_name, text);
  while (true) {
    ASSIGN_OR_RETURN(DataCase next, reader.Next());
    if (next.command.empty()) {
      return cases;
    }
    cases.push_back(std::move(next));
  }
}

std::string FormatDataCases(const std::vector<DataCase>& cases) {
  std::string text;
  for (const DataCase& one : cases) {
    const bool fenced = one.expected.starts_with('\n') ||
                        one.expected.find("\n\n") != std::string::npos ||
                        one.expected.starts_with("----\n");
    text += fmt::format("{}{}{}\n{}----\n{}{}{}", text.empty() ? "" : "\n", one.comment,
                        one.command_line, one.input, fenced ? "----\n" : "", one.expected,
                        fenced ? "----\n----\n" : "");
  }
  return text;
}

void RunDataDriven(const std::string& path,
                   const std::function<std::string(const DataCase&)>& answer) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      if (entry.path().extension() == ".txt") {
        files.push_back(entry.path());
      }
    }
    std::sort(files.begin(), files.end());
  } else if (std::filesystem::exists(path, error)) {
    files.emplace_back(path);
  }
  ASSERT_FALSE(files.empty()) << "no scenario files at " << path;
  for (const auto& file : files) {
    RunFile(file, answer);
  }
}

}  // namespace redisop
