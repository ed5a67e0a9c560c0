using Delivery.TestKit;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Tests.Validation;

public sealed class GoldenTestsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LoadedModel _candidate = LoadedModel.Of(TestModels.File(TestModels.News, TestModels.Good));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_file_there_is_nothing_to_test()
    {
        GoldenTests.Check(TestModels.News, _candidate, null).Should().BeNull();
        GoldenTests.Check(TestModels.News, _candidate, _folder.Path).Should().BeNull();
    }

    [Fact]
    public void Right_answers_pass() => Check("""[{"features":[1,-1],"class":0}, {"features":[1,1],"class":1}]""").Should().BeNull();

    [Fact]
    public void The_first_wrong_answer_is_told() => Check("""[{"features":[1,-1],"class":0}, {"features":[1,1],"class":2}, {"features":[1,-1],"class":2}]""")
        .Should().Be("golden: entry 1 of news_wizard.json expects class 2; the candidate answers 1");

    [Theory]
    [InlineData("[\n{\"features\":[1,", ":2: *")]
    [InlineData("[{\"features\":[1,1]}]", ":1: *class*")]
    [InlineData("[{\"features\":null,\"class\":1}]", ":1: *features*")]
    [InlineData("[{\"features\":[1],\"class\":1}]", ": entry 0 has 1 features; the candidate takes 2*")]
    [InlineData("[{\"features\":[1,1],\"class\":3}]", ": entry 0 expects class 3; the candidate has classes 0 to 2.")]
    [InlineData("null", ": holds null; expected a list.")]
    public void A_bad_file_is_an_error_of_the_file(string json, string message)
    {
        var check = () => Check(json);

        check.Should().Throw<GoldenFileException>().WithMessage(_folder["news_wizard.json"] + message);
    }

    private string? Check(string json)
    {
        File.WriteAllText(_folder["news_wizard.json"], json);
        return GoldenTests.Check(TestModels.News, _candidate, _folder.Path);
    }
}
