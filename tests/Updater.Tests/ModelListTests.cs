using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.Updater.Tests;

public sealed class ModelListTests
{
    [Fact]
    public void Names_come_in_order_without_comments_and_blanks()
    {
        var list = ModelList.Parse("\uFEFF# models\r\n\r\n  video_wizard  # by the video team\r\nNews_1\n\nb#c\n", "model_list.txt", []);

        list.Names.Select(n => n.Value).Should().Equal("News_1", "b", "video_wizard");
    }

    [Fact]
    public void An_empty_list_has_no_names() => ModelList.Parse("# nothing yet", "model_list.txt", []).Names.Should().BeEmpty();

    [Fact]
    public void All_mistakes_are_told_at_once_with_their_lines()
    {
        var parse = () => ModelList.Parse("news\nweb wizard\n\nvideo\nnews\nVideo\nNUL\nimages\n", "conf/model_list.txt", Names("Images", "news"));

        parse.Should().Throw<ModelListException>().Which.Problems.Should().Equal(
            "conf/model_list.txt:2: The model name 'web wizard' has a character other than A-Z a-z 0-9 _.",
            "conf/model_list.txt:5: 'news' stands already on line 1.",
            "conf/model_list.txt:6: 'Video' differs only in case from 'video' on line 4.",
            "conf/model_list.txt:7: The model name 'NUL' is a device name of Windows, where no file can be called so.",
            "conf/model_list.txt:8: 'images' differs only in case from 'Images', which was delivered before.");
    }

    [Fact]
    public void A_known_name_of_the_same_spelling_is_no_mistake() =>
        ModelList.Parse("news", "model_list.txt", Names("news")).Names.Should().ContainSingle();

    [Fact]
    public void A_file_is_read_with_its_byte_order_mark()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["list.txt"], [0xEF, 0xBB, 0xBF, .. "news\r\nvideo"u8]);

        ModelList.Load(folder["list.txt"], []).Names.Select(n => n.Value).Should().Equal("news", "video");
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        var load = () => ModelList.Load(folder["list.txt"], []);

        load.Should().Throw<ModelListException>().Which.Message.Should().StartWith($"{folder["list.txt"]}: cannot be read");
    }

    private static IEnumerable<ModelName> Names(params string[] names) => names.Select(ModelName.Parse);
}
