using Delivery.ApplyRuntime.Blending;

namespace Delivery.ApplyRuntime.Tests.Blending;

public sealed class PageBlenderTests
{
    [Fact]
    public void A_wizard_stands_where_it_was_put()
    {
        var page = Page().Add("NEWS", "n");
        page.SetIntentPosition("NEWS", 1, 0);

        Lines(page).Should().Equal("a", "n", "b", "c");
        page.PositionOf("NEWS").Should().Be(1);
    }

    [Fact]
    public void The_higher_priority_wins_whenever_it_speaks_and_of_equals_the_first()
    {
        var page = Page().Add("NEWS", "n");
        page.SetIntentPosition("NEWS", 2, 0);
        page.SetIntentPosition("NEWS", 0, 1);
        page.SetIntentPosition("NEWS", 3, 1);
        page.SetIntentPosition("NEWS", 1, -5);

        Lines(page).Should().Equal("n", "a", "b", "c");
    }

    [Fact]
    public void Who_was_given_no_position_or_none_on_the_page_is_not_shown()
    {
        var page = Page().Add("NEWS", "n").Add("IMAGES", "i");
        page.SetIntentPosition("NEWS", 0, 0);
        page.SetIntentPosition("NEWS", IBlender.NotShown, 1);
        page.SetIntentPosition("VIDEO", 0, 1);

        Lines(page).Should().Equal("a", "b", "c");
        page.PositionOf("VIDEO").Should().Be(IBlender.NotShown);
    }

    [Fact]
    public void What_has_no_document_is_known_but_never_shown()
    {
        var page = Page().AddWithoutDocument("NEWS");
        page.SetIntentPosition("NEWS", 0, 0);

        (page.HasIntent("NEWS"), page.HasDocument("NEWS"), page.HasIntent("VIDEO"), page.HasDocument("VIDEO")).Should().Be((true, false, false, false));
        Lines(page).Should().Equal("a", "b", "c");
    }

    [Fact]
    public void Of_two_at_one_position_the_higher_priority_comes_first_then_the_name()
    {
        var page = Page().Add("C", "c1").Add("B", "b1").Add("A", "a1").Add("D", "d1");
        page.SetIntentPosition("B", 1, 0);
        page.SetIntentPosition("A", 1, 0);
        page.SetIntentPosition("C", 1, 9);
        page.SetIntentPosition("D", 2, 0);

        Lines(page).Should().Equal("a", "c1", "a1", "b1", "d1", "b", "c");
        page.Page().Select(item => item.Intent).Should().Equal(null, "C", "A", "B", "D", null, null);
    }

    [Fact]
    public void A_position_below_a_short_page_is_its_end()
    {
        var page = Page().Add("NEWS", "n").Add("VIDEO", "v");
        page.SetIntentPosition("NEWS", 9, 0);
        page.SetIntentPosition("VIDEO", 30, 0);

        Lines(page).Should().Equal("a", "b", "c", "n", "v");
    }

    private static PageBlender<string> Page() => new(["a", "b", "c"]);

    private static IEnumerable<string> Lines(PageBlender<string> page) => page.Page().Select(item => item.Document);
}
