#include "common/kube/wire_decode.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/kube/api_error.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace redisop {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(ParseObject, ReadsTheMetadata) {
  ASSERT_OK_AND_ASSIGN(KubeObject object, ParseObject(R"({
      "kind": "Pod", "apiVersion": "v1", "spec": {"metadata": {"name": "inner"}},
      "metadata": {"name": "web-0", "namespace": "ns", "uid": "u1", "resourceVersion": "7",
        "generation": 3, "creationTimestamp": "2026-01-02T03:04:05Z", "deletionTimestamp": null,
        "labels": {"a\"b": "cé"}, "annotations": null, "finalizers": ["f1", "f2"],
        "ownerReferences": [{"apiVersion": "v1", "kind": "X", "name": "n", "uid": "u"},
          {"apiVersion": "g/v1", "kind": "Y", "name": "m", "uid": "w", "controller": true}]}})"));
  EXPECT_EQ(object.kind, "Pod");
  EXPECT_EQ(object.api_version, "v1");
  EXPECT_EQ(object.Key(), "ns/web-0");
  EXPECT_EQ(object.meta.uid, "u1");
  EXPECT_EQ(object.meta.resource_version, "7");
  EXPECT_EQ(object.meta.generation, 3);
  EXPECT_EQ(object.meta.creation_time, absl::FromUnixSeconds(1767323045));
  EXPECT_EQ(object.meta.deletion_time, std::nullopt);
  EXPECT_THAT(object.meta.labels, ElementsAre(std::pair("a\"b", "cé")));
  EXPECT_THAT(object.meta.finalizers, ElementsAre("f1", "f2"));
  ASSERT_NE(object.meta.Controller(), nullptr);
  EXPECT_EQ(object.meta.Controller()->uid, "w");
}

TEST(ParseObject, ManagedFieldsGoWhereverTheyStand) {
  const std::string managed = R"("managedFields":[{"a":{"f:x":{}}},{"b":"]}\"" }])";
  for (const std::string& meta :
       {managed, R"("name":"n",)" + managed, R"("name":"n" , )" + managed,
        managed + R"(,"name":"n")", R"("name":"n" , )" + managed + R"( , "uid":"u")"}) {
    SCOPED_TRACE(meta);
    const std::string text = R"({"metadata":{)" + meta + R"(},"data":{"managedFields":"kept"}})";
    json expected = json::parse(text);
    expected["metadata"].erase("managedFields");
    ASSERT_OK_AND_ASSIGN(KubeObject object, ParseObject(text));
    EXPECT_EQ(json::parse(object.json), expected);
  }
}

TEST(ParseObject, RefusesWhatIsNoObject) {
  for (const char* text :
       {"", "[]", "7", "{", R"({"metadata":[]})", R"({"metadata":{"name":7}})",
        R"({"metadata":{"creationTimestamp":"yesterday"}})", R"({"metadata":{"name":"n")",
        R"({"metadata":{"name":nil}})", R"({"metadata":{"labels":nul}})", R"({"metadata":nope})",
        R"({"metadata":{"ownerReferences":[{"controller":7}]}})",
        R"({"metadata":{"managedFields":[],"managedFields":[]}})",
        R"({"metadata":{"managedFields":[]},"metadata":{"managedFields":[]}})", "\xff\xfe"}) {
    SCOPED_TRACE(text);
    EXPECT_THAT(ParseObject(text), StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(ResourceVersions, AreComparedAsNumbersOfAnyLength) {
  EXPECT_LT(CompareResourceVersions("9", "10"), 0);
  EXPECT_EQ(CompareResourceVersions("10", "10"), 0);
  EXPECT_GT(CompareResourceVersions("100000000000000000000000", "99999999999999999999999"), 0);
}

TEST(DecodeList, KeepsItemsAndVersion) {
  ASSERT_OK_AND_ASSIGN(ObjectList list, DecodeList(R"({"kind":"PodList",
      "metadata":{"resourceVersion":"42","continue":"more","remainingItemCount":3},
      "items":[{"metadata":{"name":"a","managedFields":[]}},{"metadata":{"name":"b"}}]})"));
  EXPECT_EQ(list.resource_version, "42");
  EXPECT_EQ(list.continue_token, "more");
  ASSERT_THAT(list.items, SizeIs(2));
  EXPECT_EQ(list.items[0]->json, R"({"metadata":{"name":"a"}})");
  EXPECT_EQ(list.items[1]->meta.name, "b");
  EXPECT_THAT(DecodeList(R"({"kind":"Status"})"), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(DecodeList(R"({"items":[7]})"), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(DecodeList("<html>"), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(DecodeList(R"({"items":nil})"), StatusIs(absl::StatusCode::kInternal));
  for (const char* text : {R"({"metadata":{"resourceVersion":7},"items":[]})",
                           R"({"metadata":{"name":"n","uid"},"items":[]})"}) {
    EXPECT_THAT(DecodeList(text), StatusIs(absl::StatusCode::kInternal)) << text;
  }
}

TEST(DecodeWatchEvent, KnowsTheTypesAndTurnsErrorsIntoStatus) {
  ASSERT_OK_AND_ASSIGN(
      WatchEvent bookmark,
      DecodeWatchEvent(
          R"({"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"9"}}})"));
  EXPECT_EQ(bookmark.type, WatchEvent::Type::kBookmark);
  EXPECT_EQ(bookmark.object->meta.resource_version, "9");
  ASSERT_OK_AND_ASSIGN(
      WatchEvent late,
      DecodeWatchEvent(R"({"object":{"metadata":{"name":"x"}},"type":"DELETED"})"));
  EXPECT_EQ(late.type, WatchEvent::Type::kDeleted);
  EXPECT_EQ(late.object->meta.name, "x");
  EXPECT_THAT(DecodeWatchEvent(R"({"type":"ERROR","object":{"kind":"Status","code":410,
                                  "reason":"Expired","message":"too old"}})"),
              StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("too old")));
  for (const char* frame : {"{}", "[]", R"({"type":"ADDED"})", R"({"type":"NEW","object":{}})",
                            R"({"type":"ADDED","object":{"metadata":7}})"}) {
    SCOPED_TRACE(frame);
    EXPECT_THAT(DecodeWatchEvent(frame), StatusIs(absl::StatusCode::kInternal));
  }
}

TEST(FrameSplitter, AnyCutGivesTheSameFrames) {
  const std::string text = "{\"a\":1}\n\n{\"bb\":22}\n{\"c\":3}\n";
  for (size_t first = 0; first <= text.size(); ++first) {
    for (size_t second = first; second <= text.size(); ++second) {
      FrameSplitter splitter(100);
      std::vector<std::string> frames;
      const auto keep = [&](std::string_view frame) {
        frames.emplace_back(frame);
        return absl::OkStatus();
      };
      ASSERT_THAT(splitter.Feed(text.substr(0, first), keep), IsOk());
      ASSERT_THAT(splitter.Feed(text.substr(first, second - first), keep), IsOk());
      ASSERT_THAT(splitter.Feed(text.substr(second), keep), IsOk());
      ASSERT_THAT(frames, ElementsAre(R"({"a":1})", R"({"bb":22})", R"({"c":3})"));
    }
  }
}

TEST(FrameSplitter, RefusesLongFramesAndStopsAtAnError) {
  FrameSplitter splitter(10);
  int calls = 0;
  const auto count = [&](std::string_view) {
    ++calls;
    return absl::OkStatus();
  };
  EXPECT_THAT(splitter.Feed("12345", count), IsOk());
  EXPECT_THAT(splitter.Feed("678901", count), StatusIs(absl::StatusCode::kInternal));
  FrameSplitter other(10);
  EXPECT_THAT(other.Feed("a\nb\n",
                         [&](std::string_view) {
                           ++calls;
                           return absl::InternalError("no");
                         }),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_EQ(calls, 1);
}

struct ResponseCase {
  int code;
  const char* body;
  absl::StatusCode expected;
};

TEST(ApiError, EachAnswerSaysWhatToDo) {
  const ResponseCase cases[] = {
      {404, R"({"kind":"Status","reason":"NotFound"})", absl::StatusCode::kNotFound},
      {409, R"({"kind":"Status","reason":"AlreadyExists"})", absl::StatusCode::kAlreadyExists},
      {409, R"({"kind":"Status","reason":"Conflict"})", absl::StatusCode::kAborted},
      {410, R"({"kind":"Status","reason":"Expired"})", absl::StatusCode::kOutOfRange},
      {422, R"({"kind":"Status","reason":"Invalid"})", absl::StatusCode::kInvalidArgument},
      {400, "", absl::StatusCode::kInvalidArgument},
      {403, "[]", absl::StatusCode::kPermissionDenied},
      {401, "Unauthorized", absl::StatusCode::kUnauthenticated},
      {429, "{", absl::StatusCode::kUnavailable},
      {500, "", absl::StatusCode::kUnavailable},
      {504, "", absl::StatusCode::kUnavailable},
      {302, "", absl::StatusCode::kInternal},
  };
  for (const ResponseCase& one : cases) {
    SCOPED_TRACE(one.code);
    EXPECT_THAT(StatusFromResponse(one.code, one.body, ""), StatusIs(one.expected));
  }
}

TEST(ApiError, KeepsReasonCauseAndRetryAfter) {
  const absl::Status status = StatusFromResponse(
      429, R"({"kind":"Status","message":"Cannot evict","reason":"TooManyRequests",
      "details":{"retryAfterSeconds":10,"causes":[{"reason":"DisruptionBudget"}]}})",
      "3");
  ASSERT_TRUE(ApiErrorOf(status));
  const ApiError error = *ApiErrorOf(status);
  EXPECT_EQ(error.http_code, 429);
  EXPECT_EQ(error.reason, "TooManyRequests");
  EXPECT_EQ(error.cause, "DisruptionBudget");
  EXPECT_EQ(error.retry_after, absl::Seconds(3));
  EXPECT_EQ(ApiErrorOf(absl::UnavailableError("x")), std::nullopt);
  EXPECT_EQ(ApiErrorOf(StatusFromResponse(503, "", "soon"))->retry_after, std::nullopt);
}

}  // namespace
}  // namespace redisop
