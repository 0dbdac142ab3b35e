//! A form as a browser sends it.

use url::form_urlencoded;

/// Fields at most: a quote has a thousand lines at most.
const MOST_FIELDS: usize = 1_100;

/// The fields of a form.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`; what is beyond the bound is not looked at.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().take(MOST_FIELDS).collect())
    }

    /// The first field of a name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All fields of a name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let name = name.to_owned();
        self.0.iter().filter(move |(key, _)| *key == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let form = Form::read("do=accept&option=1&option=2&name=%D0%98%D0%B2+%D0%9F".as_bytes());
        assert_eq!(form.field("do"), Some("accept"));
        assert_eq!(form.all("option").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(form.field("name"), Some("Ив П"));
        assert_eq!(form.field("reason"), None);
        let flood = "x=1&".repeat(5_000);
        assert_eq!(Form::read(flood.as_bytes()).all("x").count(), MOST_FIELDS);
    }
}
