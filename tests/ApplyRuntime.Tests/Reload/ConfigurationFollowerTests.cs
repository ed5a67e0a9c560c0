using System.Text;
using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Tests.Settings;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Reload;

public sealed class ConfigurationFollowerTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly TemporaryFolder _folder = new();

    public ConfigurationFollowerTests() => _scene.Builder.With("news", FolderBuilder.Choosing("news", 1)).Publish();

    private string File => _folder["apply.json"];

    public void Dispose()
    {
        _scene.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_file_is_read_before_Open_returns_and_followed_from_then_on()
    {
        Write(Priority(1));
        var runtime = Open();
        Decided(runtime).Should().Be(1);
        (runtime.Status.Configuration.Models, runtime.Status.Configuration.Changes, runtime.Configuration.Models.Count).Should().Be((1, 1L, 1));

        Write(Priority(2));
        runtime.Refresh().Configuration.Changes.Should().Be(2);

        Decided(runtime).Should().Be(2);
        runtime.Refresh().Configuration.Changes.Should().Be(2, "the same content is no change");
    }

    [Fact]
    public async Task A_change_is_seen_by_the_poll_alone()
    {
        Write(Priority(1));
        var runtime = Open(Scene.OnlyWhenAsked with { PollInterval = TimeSpan.FromMilliseconds(10) });

        Write(Priority(2));

        await Scene.UntilAsync(() => Decided(runtime) == 2);
        runtime.Refresh().Configuration.Changes.Should().Be(2, "the status of a change comes after it");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n\t")]
    public void An_empty_file_is_one_that_is_being_written_and_changes_nothing(string text)
    {
        Write(Priority(1));
        var runtime = Open();

        System.IO.File.WriteAllText(File, text);

        var status = runtime.Refresh().Configuration;
        (status.Models, status.Changes).Should().Be((1, 1L));
        status.Problems.Should().ContainSingle().Which.Should().Be($"{File}: It is empty. It must say {{}} when no model is to be applied.");
        Write(Priority(1));
        runtime.Refresh().Configuration.Problems.Should().BeEmpty();
    }

    [Fact]
    public void The_content_decides_and_never_the_time_stamp()
    {
        Write(Priority(1));
        var stamp = System.IO.File.GetLastWriteTimeUtc(File);
        var runtime = Open();

        Write(Priority(2));
        System.IO.File.SetLastWriteTimeUtc(File, stamp);
        runtime.Refresh();

        Decided(runtime).Should().Be(2, "length and time are the same as before");
    }

    [Fact]
    public void A_bad_file_keeps_the_old_configuration_and_is_told_once_with_all_its_mistakes()
    {
        Write(Priority(1));
        var runtime = Open();

        Write("""{"ApplyModels":{"news":{"Intent":"NEWS","FallBackPos":1,"ApplyCondition":"never"}}}""");
        runtime.Refresh();
        var status = runtime.Refresh();

        Decided(runtime).Should().Be(1);
        status.Configuration.Problems.Should().Equal(
            $"{File}: ApplyModels[news].ApplyCondition is \"never\"; expected one of has_doc, has_intent, always.",
            $"{File}: ApplyModels[news].FallBackPos is 1; expected a known setting.");
        (status.Configuration.Refused, status.Configuration.Changes, status.Configuration.Models).Should().Be((1L, 1L, 1));
        status.LastError!.Message.Should().Contain("ApplyCondition").And.EndWith("(1 more.)");
        status.Problems.Should().BeEmpty("the models are as they were published");
    }

    [Fact]
    public void A_file_that_is_put_right_is_well_again()
    {
        Write(Priority(1));
        var runtime = Open();
        Write("{");
        runtime.Refresh().Configuration.Problems.Should().ContainSingle();

        Write(Priority(1));
        var back = runtime.Refresh().Configuration;
        (back.Problems.Count, back.Changes).Should().Be((0, 1L), "it is the content that is in use");

        Write("{");
        runtime.Refresh().Configuration.Refused.Should().Be(2);
        Write(Priority(2));
        (runtime.Refresh().Configuration.Changes, Decided(runtime)).Should().Be((2L, 2));
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_told_as_such()
    {
        Directory.CreateDirectory(File);

        Open().Status.Configuration.Problems.Should().Equal($"{File}: it is a folder; expected a file of settings.");
    }

    [Fact]
    public void A_relative_path_is_told_in_full_since_the_wrong_current_folder_is_the_usual_mistake()
    {
        using var runtime = ModelRuntime.Open(_folder["fast-data"], new RuntimeOptions { ApplyModelsFile = "no-such-settings.json" });

        var full = Path.GetFullPath("no-such-settings.json");
        (runtime.Status.Configuration.File, runtime.Status.Configuration.Problems).Should().BeEquivalentTo((full, new[] { $"{full}: it is not there." }));
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_and_waited_for()
    {
        var runtime = Open();
        runtime.Status.Configuration.Problems.Should().Equal($"{File}: it is not there.");
        Decided(runtime).Should().BeNull();

        Write(Priority(1));
        runtime.Refresh().Configuration.Problems.Should().BeEmpty();
        Decided(runtime).Should().Be(1);

        System.IO.File.Delete(File);
        runtime.Refresh();
        runtime.Refresh().Configuration.Problems.Should().Equal($"{File}: it is not there.");
        Decided(runtime).Should().Be(1, "what was read stays in use");
        runtime.Status.Configuration.Refused.Should().Be(2);

        Write(Priority(1));
        runtime.Refresh().Configuration.Problems.Should().BeEmpty();
    }

    [Fact]
    public void What_is_no_text_is_told_and_a_byte_order_mark_is_none_of_it()
    {
        System.IO.File.WriteAllBytes(File, [.. "{\"ApplyModels\":{"u8, 0xFF]);
        var runtime = Open();
        runtime.Status.Configuration.Problems.Should().ContainSingle().Which.Should().Be($"{File}: ApplyModels: file is no UTF-8 at byte 16; expected UTF-8.");

        System.IO.File.WriteAllText(File, Priority(1), new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        runtime.Refresh();
        Decided(runtime).Should().Be(1);
    }

    [Fact]
    public void A_production_process_refuses_the_training_store_and_another_only_warns()
    {
        Write("""{"ApplyModels":{"news":{"Intent":"NEWS"}}}""");

        var production = Open(Scene.OnlyWhenAsked with { Production = true });
        var other = Open();

        production.Status.Configuration.Problems.Should().ContainSingle().Which.Should().StartWith($"{File}: ApplyModels[news].ModelSource is \"rtmr\" (the default); expected fast_data in production");
        production.Configuration.Models.Should().BeEmpty();
        (other.Status.Configuration.Problems.Count, other.Configuration.Models.Count).Should().Be((0, 1));
        other.Status.Configuration.Findings.Should().Contain(finding => finding.Key == "ModelSource");
    }

    [Fact]
    public void Settings_come_from_a_file_or_from_code()
    {
        Write(Priority(1));
        var follows = Open();
        follows.Invoking(runtime => runtime.Configure(ApplyConfiguration.Empty)).Should().Throw<InvalidOperationException>().WithMessage($"*{File}*");
        FluentActions.Invoking(() => Open(Scene.OnlyWhenAsked with { ApplyModels = ApplyConfiguration.Empty })).Should().Throw<ArgumentException>().WithMessage("*both given*");
        FluentActions.Invoking(() => ModelRuntime.Open(_scene.Root, new RuntimeOptions { ApplyModelsFile = " " })).Should().Throw<ArgumentException>().WithMessage("*ApplyModelsFile is empty*");

        var inCode = _scene.Open(Scene.OnlyWhenAsked with { Production = true });
        inCode.Configure(ApplyConfiguration.Of([Examples.Plain()]));
        inCode.Invoking(runtime => runtime.Configure(ApplyConfiguration.Of([Examples.Plain() with { ModelSource = ModelSource.Rtmr }]))).Should().Throw<InvalidApplyModelsException>();

        Decided(inCode).Should().Be(1);
        inCode.Status.Configuration.Changes.Should().Be(1);
    }

    private static string Priority(int priority) =>
        $$$"""{"ApplyModels":{"news":{"Intent":"NEWS","ModelSource":"fast_data","ApplyCondition":"always","ApplyPriority":{{{priority}}} } }}""";

    /// <summary>The priority with which the blender is told; null when it is told nothing.</summary>
    private static int? Decided(ModelRuntime runtime)
    {
        var page = new ListBlender();
        runtime.Decide(new DecisionRequest { Intent = "NEWS", Features = Scene.Ones }, page);
        return page.Told.Select(told => (int?)told.Priority).SingleOrDefault();
    }

    private void Write(string content) => System.IO.File.WriteAllText(File, content);

    private ModelRuntime Open(RuntimeOptions? options = null) => _scene.Open((options ?? Scene.OnlyWhenAsked) with { ApplyModelsFile = File });
}
