//! What assistive technology is told: the focus, the accessibility tree, and announcements.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::browser::Browser;

/// Listens to the live regions of one widget as a screen reader would: what is added to a region is read, or the whole
/// region where it is atomic, which alerts and status regions are unless they say otherwise (WAI-ARIA 1.2); not what is
/// hidden from it, nor what is taken away.
const LISTEN: &str = "
    const [state] = arguments;
    const root = document.querySelector(`#${state} referral-connect`).shadowRoot;
    window.announced = [];
    const words = (node) => {
        if (node.nodeType === Node.TEXT_NODE) return node.data;
        if (node.nodeType !== Node.ELEMENT_NODE || node.getAttribute('aria-hidden') === 'true') return '';
        const inner = [...node.childNodes].map(words).join('');
        return getComputedStyle(node).display.startsWith('inline') ? inner : ` ${inner} `;
    };
    const REGION = '[role=status], [role=alert]';
    const regionOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(REGION);
    new MutationObserver((changes) => {
        const told = new Map();
        const note = (region, node) => told.set(region, [...(told.get(region) ?? []), node]);
        for (const { type, target, addedNodes } of changes) {
            const region = regionOf(target);
            for (const node of type === 'childList' ? addedNodes : [target]) {
                if (region) note(region, node);
                // An alert is read out when it arrives, a status region is not.
                else for (const alert of node.querySelectorAll?.('[role=alert]') ?? []) note(alert, alert);
            }
        }
        for (const [region, nodes] of told) {
            const isAtomic = region.getAttribute('aria-atomic') !== 'false';
            const outermost = nodes.filter((node, place) => node.isConnected && nodes.indexOf(node) === place
                && !nodes.some((other) => other !== node && other.contains(node)));
            const text = (isAtomic ? [region] : outermost).map(words).join(' ').replace(/\\s+/g, ' ').trim();
            if (text) window.announced.push(`${region.getAttribute('role')}: ${text}`);
        }
    }).observe(root, { subtree: true, childList: true, characterData: true });
    document.querySelector(`#${state} h3 a`).focus();
";

/// What is in the accessibility tree of Chromium and means nothing to a person.
const PASSED_OVER: [&str; 3] = ["none", "generic", "paragraph"];

/// The announcements of a widget.
#[derive(Debug)]
pub struct Announcements(());

impl Announcements {
    /// Begins to listen to the widget of a state, and puts the focus on the link before it.
    ///
    /// # Errors
    /// When there is no such state.
    pub async fn listen(browser: &Browser, state: &str) -> Result<Self> {
        let _nothing: Option<bool> = browser.script(LISTEN, vec![json!(state)]).await?;
        Ok(Self(()))
    }

    /// What was announced, in order.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn so_far(&self, browser: &Browser) -> Result<Vec<String>> {
        browser.script("return window.announced", Vec::new()).await
    }

    /// Begins anew.
    ///
    /// # Errors
    /// When the browser fails.
    pub async fn forget(&self, browser: &Browser) -> Result<()> {
        let _nothing: Option<bool> = browser
            .script("window.announced.length = 0", Vec::new())
            .await?;
        Ok(())
    }
}

/// What has the focus, as Chromium's accessibility tree has it: role, name, states and description.
///
/// # Errors
/// When the browser fails.
pub async fn focused(browser: &Browser) -> Result<String> {
    let object = object(
        browser,
        "(() => { let it = document.activeElement; while (it.shadowRoot?.activeElement) it = it.shadowRoot.activeElement; return it; })()",
    )
    .await?;
    let devtools = browser.session().cdp();
    let tree = devtools
        .send_raw(
            "Accessibility.getPartialAXTree",
            json!({"objectId": object, "fetchRelatives": false}),
        )
        .await?;
    Ok(line(&tree["nodes"][0]))
}

/// The widget of a state as Chromium's accessibility tree has it, a line for each node, in reading order.
///
/// # Errors
/// When the browser fails.
pub async fn outline(browser: &Browser, state: &str) -> Result<String> {
    let object = object(
        browser,
        &format!("document.querySelector('#{state} referral-connect').shadowRoot.querySelector('.referral-connect')"),
    )
    .await?;
    let devtools = browser.session().cdp();
    let described = devtools
        .send_raw("DOM.describeNode", json!({"objectId": object}))
        .await?;
    let root = &described["node"]["backendNodeId"];
    let tree = devtools
        .send_raw("Accessibility.getFullAXTree", json!({}))
        .await?;
    let nodes = tree["nodes"].as_array().context("an accessibility tree")?;
    let root = nodes
        .iter()
        .find(|node| &node["backendDOMNodeId"] == root)
        .context("the widget in the accessibility tree")?;
    let mut lines = String::new();
    write(nodes, root, 0, &mut lines);
    Ok(lines)
}

fn write(nodes: &[Value], node: &Value, depth: usize, lines: &mut String) {
    let role = node["role"]["value"].as_str().unwrap_or_default();
    // Quotation marks are texts of their own.
    let is_sign = role == "StaticText"
        && !node["name"]["value"]
            .as_str()
            .is_some_and(|text| text.contains(char::is_alphanumeric));
    if role == "InlineTextBox" || is_sign {
        return;
    }
    let is_passed_over = node["ignored"] == json!(true) || PASSED_OVER.contains(&role);
    if !is_passed_over {
        lines.push_str(&"  ".repeat(depth));
        lines.push_str(&line(node));
        lines.push('\n');
    }
    // A button's name is its text.
    if matches!(role, "button" | "textbox") {
        return;
    }
    let depth = if is_passed_over { depth } else { depth + 1 };
    for child in node["childIds"].as_array().into_iter().flatten() {
        if let Some(child) = nodes.iter().find(|node| &node["nodeId"] == child) {
            write(nodes, child, depth, lines);
        }
    }
}

/// Role, name, states, value and description of a node.
fn line(node: &Value) -> String {
    let text = |field: &str| {
        node[field]["value"]
            .as_str()
            .filter(|text| !text.trim().is_empty())
    };
    let role = text("role").unwrap_or("nothing");
    let mut line = match role {
        "StaticText" => "text".to_owned(),
        "LabelText" => "label".to_owned(),
        role => role.to_owned(),
    };
    if let Some(name) = text("name") {
        line.push_str(&format!(" “{}”", name.trim()));
    }
    for property in node["properties"].as_array().into_iter().flatten() {
        let (name, value) = (property["name"].as_str(), &property["value"]["value"]);
        let is_said = matches!(name, Some("required" | "invalid" | "disabled" | "readonly"))
            && !matches!(value.as_str(), Some("false"))
            && value != &json!(false);
        if let (true, Some(name)) = (is_said, name) {
            line.push_str(&format!(", {name}"));
        }
    }
    for (field, word) in [("value", "value"), ("description", "described as")] {
        if let Some(text) = text(field) {
            line.push_str(&format!(", {word} “{text}”"));
        }
    }
    line
}

async fn object(browser: &Browser, expression: &str) -> Result<Value> {
    let devtools = browser.session().cdp();
    let answer = devtools
        .send_raw("Runtime.evaluate", json!({"expression": expression}))
        .await?;
    Ok(answer["result"]["objectId"].clone())
}
