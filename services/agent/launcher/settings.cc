#include "services/agent/launcher/settings.h"

#include <algorithm>
#include <cctype>
#include <sstream>

#include "services/agent/launcher/files.h"

namespace redisop {
namespace {

constexpr int kDeepestInclude = 8;

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool IsSpace(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

}  // namespace

std::vector<std::string> SplitSetting(std::string_view line) {
  std::vector<std::string> words;
  size_t at = 0;
  while (at < line.size()) {
    if (IsSpace(line[at])) {
      ++at;
      continue;
    }
    std::string word;
    const char quote = line[at] == '"' || line[at] == '\'' ? line[at] : '\0';
    if (quote != '\0') ++at;
    while (at < line.size() && (quote != '\0' ? line[at] != quote : !IsSpace(line[at]))) {
      if (quote == '"' && line[at] == '\\' && at + 1 < line.size()) ++at;
      word += line[at++];
    }
    if (quote != '\0') ++at;
    words.push_back(word);
  }
  return words;
}

std::optional<Settings> Settings::Read(const std::string& path) {
  Settings settings;
  if (!settings.Add(path, 0)) return std::nullopt;
  return settings;
}

bool Settings::Add(const std::string& path, int depth) {
  const std::optional<std::string> text = ReadFile(path);
  if (!text || depth > kDeepestInclude) return false;
  std::istringstream lines(*text);
  std::string line;
  while (std::getline(lines, line)) {
    std::vector<std::string> words = SplitSetting(line);
    if (words.empty() || words[0].starts_with('#')) continue;
    Setting setting{Lower(words[0]), {words.begin() + 1, words.end()}};
    if (setting.name == "include" && !setting.values.empty()) {
      if (!Add(setting.values[0], depth + 1)) return false;
      continue;
    }
    settings_.push_back(std::move(setting));
  }
  return true;
}

std::string Settings::Value(std::string_view name, std::string_view otherwise) const {
  for (auto setting = settings_.rbegin(); setting != settings_.rend(); ++setting) {
    if (setting->name == name && !setting->values.empty()) return setting->values[0];
  }
  return std::string(otherwise);
}

bool Settings::Persists() const {
  if (UsesAppendOnlyFile()) return true;
  bool saves = true;  // save points that redis-server has without a line
  for (const Setting& setting : settings_) {
    if (setting.name != "save") continue;
    saves = !setting.values.empty() && !setting.values[0].empty();
  }
  return saves;
}

}  // namespace redisop
