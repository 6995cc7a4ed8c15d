#include "services/agent/launcher/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/temp_dir.h"
#include "services/agent/launcher/files.h"
#include "services/agent/launcher/json_text.h"

namespace redisop {
namespace {

using ::testing::ElementsAre;

class SettingsTest : public ::testing::Test {
 protected:
  Settings Read(const std::string& text) {
    EXPECT_TRUE(WriteFileAtomically(dir_.File("redis.conf"), text, 0600).ok());
    const std::optional<Settings> settings = Settings::Read(dir_.File("redis.conf"));
    EXPECT_TRUE(settings.has_value());
    return settings.value_or(Settings());
  }

  TempDir dir_;
};

TEST_F(SettingsTest, SplitsLinesAsTheServerDoes) {
  EXPECT_THAT(SplitSetting("  save 60\t1 "), ElementsAre("save", "60", "1"));
  EXPECT_THAT(SplitSetting(R"(save "")"), ElementsAre("save", ""));
  EXPECT_THAT(SplitSetting(R"(requirepass "a \"b\"" )"), ElementsAre("requirepass", "a \"b\""));
  EXPECT_THAT(SplitSetting(""), ElementsAre());
}

TEST_F(SettingsTest, LastLineWinsAndNamesIgnoreCase) {
  const Settings settings = Read("# dbfilename no.rdb\nDBFilename a.rdb\ndbfilename b.rdb\n");
  EXPECT_EQ(settings.Value("dbfilename", "dump.rdb"), "b.rdb");
  EXPECT_EQ(settings.Value("appendfilename", "appendonly.aof"), "appendonly.aof");
}

TEST_F(SettingsTest, KnowsWhetherTheServerPersists) {
  EXPECT_TRUE(Read("").Persists());
  EXPECT_FALSE(Read("save \"\"\n").Persists());
  EXPECT_TRUE(Read("save \"\"\nsave 60 1\n").Persists());
  EXPECT_FALSE(Read("save 60 1\nsave \"\"\nappendonly no\n").Persists());
  EXPECT_TRUE(Read("save \"\"\nappendonly yes\n").Persists());
}

TEST_F(SettingsTest, FollowsIncludesAndEndsWithThem) {
  ASSERT_TRUE(WriteFileAtomically(dir_.File("base"), "save \"\"\n", 0600).ok());
  EXPECT_FALSE(Read("include \"" + dir_.File("base") + "\"\n").Persists());

  ASSERT_TRUE(WriteFileAtomically(dir_.File("loop"), "include " + dir_.File("loop"), 0600).ok());
  EXPECT_FALSE(Settings::Read(dir_.File("loop")).has_value());
  EXPECT_FALSE(Settings::Read(dir_.File("absent")).has_value());
}

TEST(JsonText, FindsWholeFieldsOnly) {
  const std::string object = JsonObject({JsonField("shard", "1,2"), JsonField("member", 1)});
  EXPECT_EQ(object, "{\"shard\":\"1,2\",\"member\":1}\n");
  EXPECT_TRUE(HasJsonField("{ \"shard\": \"1,2\",\n \"member\": 1 }", JsonField("member", 1)));
  EXPECT_TRUE(HasJsonField(object, JsonField("shard", "1,2")));
  EXPECT_FALSE(HasJsonField("{\"member\":12}", JsonField("member", 1)));
  EXPECT_FALSE(HasJsonField("{\"remember\":1}", "member\":1"));
  EXPECT_EQ(JsonField("a", "\"\\\n"), R"("a":"\"\\\u000a")");
}

}  // namespace
}  // namespace redisop
